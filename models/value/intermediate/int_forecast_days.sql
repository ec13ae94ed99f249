-- Grain: one row per day of forecasts, a month apart: as_of_date, the twelve that are forecast
-- after it, and before it the origins of the backtest and the ends of the months that their
-- rates rest on. On a day before as_of_date a row is known when it had arrived by then.

{% set longest = number_var('forecast_backtest_months') ~ ' + 24' %}

with

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

numbers as (
    select * from {{ ref('active_clients', 'numbers') }}
),

-- Counted from the day after, so that ends of months stay ends of months.
steps as (
    select
        numbers.number - 12 as months_back,
        {{ add_days(
            add_months(add_days('as_of.as_of_date', 1), '12 - numbers.number'), -1
        ) }} as origin_date

    from as_of
    cross join numbers

    where numbers.number <= 12 + {{ longest }}
),

reconstructed as (
    {{ reconstructed_days(
        'steps', 'origin_date', ref('active_clients', 'int_table_loads'),
        ['clients', 'subscriptions', 'exchange_rates']
    ) }}
),

final as (
    select
        steps.months_back,
        steps.origin_date,
        lag(steps.origin_date) over (order by steps.origin_date) as previous_date,
        case
            when steps.months_back = 0 then {{ add_days(never(), -1) }}
            else steps.origin_date
        end as known_until_date,
        steps.months_back >= 0 as has_elapsed,
        steps.months_back between 0 and {{ number_var('forecast_backtest_months') }}
            as is_origin,
        steps.months_back > 0 and reconstructed.origin_date is not null as is_reconstructed

    from steps
    left join reconstructed
        on steps.origin_date = reconstructed.origin_date
)

select * from final
