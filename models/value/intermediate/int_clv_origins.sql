-- Grain: one row per day on which lifetime value is predicted: as_of_date, and before it the
-- origins of the backtest, three months apart. On an origin of the backtest a row is known
-- when it had arrived by then. `is_reconstructed`: history loaded later tells of the origin.

with

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

numbers as (
    select * from {{ ref('active_clients', 'numbers') }}
),

steps as (
    select
        numbers.number as origin_number,
        as_of.as_of_date,
        {{ add_months('as_of.as_of_date', '-3 * numbers.number') }} as origin_date

    from as_of
    cross join numbers

    where numbers.number <= {{ number_var('clv_backtest_origins') }}
),

reconstructed as (
    {{ reconstructed_days(
        'steps', 'origin_date', ref('active_clients', 'int_table_loads'),
        ['clients', 'subscriptions', 'invoices']
    ) }}
),

final as (
    select
        steps.origin_date,
        {{ add_months('steps.origin_date', 12) }} as horizon_end_date,
        case
            when steps.origin_number = 0 then {{ add_days(never(), -1) }}
            else steps.origin_date
        end as known_until_date,
        steps.origin_number = 0 as is_as_of,
        {{ add_months('steps.origin_date', 12) }} <= steps.as_of_date as is_mature,
        steps.origin_number > 0 and reconstructed.origin_date is not null as is_reconstructed

    from steps
    left join reconstructed
        on steps.origin_date = reconstructed.origin_date
)

select * from final
