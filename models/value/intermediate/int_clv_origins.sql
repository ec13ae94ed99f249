-- Grain: one row per day on which lifetime value is predicted: as_of_date, and before it the
-- origins of the backtest, three months apart. On an origin of the backtest a row is known
-- when it had arrived by then.

with

as_of as (
    select * from {{ ref('as_of') }}
),

numbers as (
    select * from {{ ref('numbers') }}
),

steps as (
    select
        numbers.number as origin_number,
        as_of.as_of_date,
        {{ add_months('as_of.as_of_date', '-3 * numbers.number') }} as origin_date

    from as_of
    cross join numbers

    where numbers.number <= {{ number_var('clv_backtest_origins', 0, 40) }}
),

final as (
    select
        origin_date,
        {{ add_months('origin_date', 12) }} as horizon_end_date,
        case when origin_number = 0 then {{ add_days(never(), -1) }} else origin_date end
            as known_until_date,
        origin_number = 0 as is_as_of,
        {{ add_months('origin_date', 12) }} <= as_of_date as is_mature

    from steps
)

select * from final
