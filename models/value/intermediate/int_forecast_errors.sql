-- Grain: one row per measure, origin that carried a forecast, and number of months ahead that
-- have elapsed: what was forecast then, what two simple rules said, and what came. Errors are
-- shares of what was there on the origin.

with

forecasts as (
    select * from {{ ref('active_clients', 'int_mrr_forecasts') }}
    where months_back > 0 and reason is null
),

days as (
    select * from {{ ref('active_clients', 'int_forecast_days') }}
    where has_elapsed
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
    where mrr_amount > 0
),

actuals as (
    select
        days.origin_date,
        coalesce(sum(client_mrr.mrr_amount), 0) as mrr_amount,
        count(client_mrr.client_id) as client_count

    from days
    left join client_mrr
        on {{ is_within('days.origin_date', 'client_mrr') }}

    group by days.origin_date
),

measured as (
    select
        'mrr' as measure,
        forecasts.origin_date,
        forecasts.months_back,
        forecasts.month_number,
        forecasts.forecast_date,
        forecasts.mrr_amount as origin_amount,
        forecasts.forecast_amount,
        forecasts.forecast_amount_lower,
        forecasts.forecast_amount_upper,
        forecasts.same_growth_amount,
        actuals.mrr_amount as actual_amount,
        forecasts.is_reconstructed

    from forecasts
    inner join actuals
        on forecasts.forecast_date = actuals.origin_date

    union all

    select
        'paying_clients' as measure,
        forecasts.origin_date,
        forecasts.months_back,
        forecasts.month_number,
        forecasts.forecast_date,
        forecasts.client_count as origin_amount,
        forecasts.forecast_count as forecast_amount,
        forecasts.forecast_count_lower as forecast_amount_lower,
        forecasts.forecast_count_upper as forecast_amount_upper,
        forecasts.same_growth_count as same_growth_amount,
        actuals.client_count as actual_amount,
        forecasts.is_reconstructed

    from forecasts
    inner join actuals
        on forecasts.forecast_date = actuals.origin_date
),

final as (
    select
        measure,
        origin_date,
        month_number,
        forecast_date,
        cast(origin_amount as decimal(24, 4)) as origin_amount,
        forecast_amount,
        forecast_amount_lower,
        forecast_amount_upper,
        same_growth_amount,
        cast(actual_amount as decimal(24, 4)) as actual_amount,
        {{ rate('forecast_amount - actual_amount', 'origin_amount') }} as error_rate,
        {{ rate('origin_amount - actual_amount', 'origin_amount') }} as no_change_error_rate,
        {{ rate('same_growth_amount - actual_amount', 'origin_amount') }}
            as same_growth_error_rate,
        actual_amount between forecast_amount_lower and forecast_amount_upper as is_covered,
        -- Windows of origins that are so many months apart do not overlap.
        mod(months_back, month_number) = 0 as is_independent,
        is_reconstructed

    from measured
)

select * from final
