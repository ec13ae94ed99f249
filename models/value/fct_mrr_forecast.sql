-- Grain: one row per number of months ahead of as_of_date, from 1 to 12: the MRR and the paying
-- clients expected by then, and the parts that lead there, which add up. Losses are negative.
-- Null with a reason where the history does not carry a forecast.

with

forecasts as (
    select * from {{ ref('active_clients', 'int_mrr_forecasts') }}
    where months_back = 0
),

backtest as (
    select * from {{ ref('active_clients', 'fct_mrr_forecast_backtest') }}
    where origin = 'all'
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

final as (
    select
        -- keys
        cast(forecasts.month_number as integer) as month_number,

        -- strings
        forecasts.reason,
        mrr.skill_reason,
        paying_clients.skill_reason as client_skill_reason,

        -- numerics
        forecasts.mrr_amount as opening_mrr_amount,
        cast(-forecasts.lost_amount as decimal(24, 4)) as contracted_loss_amount,
        cast(-forecasts.churned_amount as decimal(24, 4)) as churned_mrr_amount,
        cast(-forecasts.contraction_amount as decimal(24, 4)) as contraction_mrr_amount,
        cast(forecasts.expansion_amount as decimal(24, 4)) as expansion_mrr_amount,
        cast(forecasts.returned_amount as decimal(24, 4)) as reactivation_mrr_amount,
        cast(forecasts.new_amount as decimal(24, 4)) as new_mrr_amount,
        forecasts.forecast_amount as forecast_mrr_amount,
        forecasts.forecast_amount_lower as forecast_mrr_amount_lower,
        forecasts.forecast_amount_upper as forecast_mrr_amount_upper,
        forecasts.same_growth_amount as same_growth_mrr_amount,
        mrr.covered_rate,
        mrr.no_change_skill,
        mrr.same_growth_skill,
        cast(forecasts.client_count as bigint) as opening_client_count,
        cast(-forecasts.lost_count as bigint) as contracted_churn_count,
        cast(-forecasts.churned_count as decimal(18, 4)) as churned_client_count,
        cast(forecasts.returned_count as decimal(18, 4)) as reactivated_client_count,
        cast(forecasts.new_count as decimal(18, 4)) as new_client_count,
        cast(forecasts.forecast_count as decimal(18, 4)) as forecast_client_count,
        cast(forecasts.forecast_count_lower as decimal(18, 4)) as forecast_client_count_lower,
        cast(forecasts.forecast_count_upper as decimal(18, 4)) as forecast_client_count_upper,
        cast(forecasts.same_growth_count as decimal(18, 4)) as same_growth_client_count,

        -- booleans
        mrr.has_skill,
        paying_clients.has_skill as client_has_skill,

        -- dates
        forecasts.forecast_date,
        as_of.as_of_date

    from forecasts
    cross join as_of
    inner join backtest as mrr
        on forecasts.month_number = mrr.month_number
            and mrr.measure = 'mrr'
    inner join backtest as paying_clients
        on forecasts.month_number = paying_clients.month_number
            and paying_clients.measure = 'paying_clients'
)

select * from final
