-- Grain: one row per calendar month. `period_end_date` is its last day that has elapsed: while
-- it runs, as_of_date.

with

dates as (
    select distinct
        month_start_date,
        month_end_date

    from {{ ref('active_clients', 'dim_dates') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

final as (
    select
        dates.month_start_date as period_month,
        dates.month_start_date <= as_of.as_of_date as has_begun,
        dates.month_end_date <= as_of.as_of_date as is_complete,
        case
            when dates.month_start_date <= as_of.as_of_date
                then {{ earlier('dates.month_end_date', 'as_of.as_of_date') }}
        end as period_end_date

    from dates
    cross join as_of
)

select * from final
