-- Grain: one row per month whose numbers were locked by as_of_date: a complete month, with
-- everything loaded before `locked_at`, the end of reporting_lock_day of the month after it.

{% set midnight = 'cast(locked_date as ' ~ type_utc() ~ ')' %}

with

first_load as (
    select min(loaded_at) as first_loaded_at
    from {{ ref('int_subscriptions_classified') }}
),

months as (
    select distinct
        month_start_date,
        month_end_date,
        {{ add_days('month_end_date', (number_var('reporting_lock_day', 0, 28) | int) + 1) }}
            as locked_date

    from {{ ref('dim_dates') }}
),

timed as (
    select
        *,
        cast({{ reporting_instant(midnight) }} as {{ type_utc() }}) as locked_at

    from months
),

as_of as (
    select * from {{ ref('as_of') }}
),

final as (
    select
        timed.month_start_date as period_month,
        timed.month_end_date as period_end_date,
        timed.locked_at

    from timed
    cross join first_load
    cross join as_of

    where timed.locked_date <= {{ add_days('as_of.as_of_date', 1) }}
        and timed.locked_at > first_load.first_loaded_at
)

select * from final
