-- Grain: one row per month whose numbers were locked by as_of_date: a complete month, with
-- everything known before `locked_at`, the end of reporting_lock_day of the month after it.
-- There is none from before anything was known of subscriptions.
-- `is_reconstructed`: what is told of it was loaded later, as history.

{% set midnight = 'cast(locked_date as ' ~ type_utc() ~ ')' %}

with

months as (
    select
        *,
        {{ add_days('period_end_date', (number_var('reporting_lock_day') | int) + 1) }}
            as locked_date

    from {{ ref('active_clients', 'int_months') }}

    where is_complete
),

timed as (
    select
        *,
        cast({{ reporting_instant(midnight) }} as {{ type_utc() }}) as locked_at

    from months
),

first_known as (
    select known_from
    from {{ ref('active_clients', 'int_table_loads') }}
    where table_name = 'subscriptions'
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

elapsed as (
    select
        timed.period_month,
        timed.period_end_date,
        {{ add_days('timed.locked_date', -1) }} as known_until_date,
        timed.locked_at

    from timed
    cross join as_of
    inner join first_known
        on timed.locked_date > first_known.known_from

    where timed.locked_date <= {{ add_days('as_of.as_of_date', 1) }}
),

reconstructed as (
    {{ reconstructed_days(
        'elapsed', 'known_until_date', ref('active_clients', 'int_table_loads'),
        ['clients', 'subscriptions', 'exchange_rates']
    ) }}
),

final as (
    select
        elapsed.*,
        reconstructed.known_until_date is not null as is_reconstructed

    from elapsed
    left join reconstructed
        on elapsed.known_until_date = reconstructed.known_until_date
)

select * from final
