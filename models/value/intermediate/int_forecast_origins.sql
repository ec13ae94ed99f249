-- Grain: one row per origin of a forecast: the MRR and clients that it starts from, what of
-- them is not under notice, and why the history does not carry a forecast, where it does not.

with

days as (
    select * from {{ ref('active_clients', 'int_forecast_days') }}
    where is_origin
),

growth as (
    select * from {{ ref('active_clients', 'int_forecast_growth') }}
),

losses as (
    select * from {{ ref('active_clients', 'int_contracted_losses_known') }}
    where month_number = 1
),

steadiness as (
    select
        origin_date,
        min(case when is_steady then 1 else 0 end) as is_steady

    from {{ ref('active_clients', 'int_forecast_rates') }}

    group by origin_date
),

final as (
    select
        days.origin_date,
        days.months_back,
        days.is_reconstructed,
        cast(coalesce(growth.mrr_amount, 0) as decimal(24, 4)) as mrr_amount,
        cast(coalesce(growth.client_count, 0) as bigint) as client_count,
        cast(coalesce(growth.mrr_amount, 0) - losses.noticed_amount as decimal(24, 4))
            as free_amount,
        cast(coalesce(growth.client_count, 0) - losses.noticed_count as bigint)
            as free_count,
        case
            when coalesce(growth.mrr_amount, 0) = 0 then 'no_mrr'
            when growth.month_count < 12 then 'too_few_months'
            when growth.client_count < {{ number_var('forecast_clients_min') }}
                then 'too_few_clients'
            when growth.churned_count = 0 then 'no_churn'
            when steadiness.is_steady = 0 then 'too_unsteady'
        end as reason

    from days
    inner join losses
        on days.origin_date = losses.origin_date
    left join growth
        on days.origin_date = growth.origin_date
    left join steadiness
        on days.origin_date = steadiness.origin_date
)

select * from final
