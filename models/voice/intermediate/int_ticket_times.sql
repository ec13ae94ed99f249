-- Grain: one row per ticket: seconds to its first response and resolution, by the calendar
-- and by support's opening hours, and its open age at the end of as_of_date. Opening hours
-- are wall-clock times: on the day a clock changes, open seconds follow it.

with

tickets as (
    select * from {{ ref('active_clients', 'int_tickets') }}
),

dates as (
    select
        date_day,
        {{ dbt.datediff('week_start_date', 'date_day', 'day') }}
            as days_into_week

    from {{ ref('active_clients', 'dim_dates') }}
),

hours as (
    select
        weekday,
        60 * cast(substring(opens_at, 1, 2) as integer)
        + cast(substring(opens_at, 4, 2) as integer) as opens_minute,
        60 * cast(substring(closes_at, 1, 2) as integer)
        + cast(substring(closes_at, 4, 2) as integer) as closes_minute

    from {{ ref('active_clients', 'support_hours') }}
),

holidays as (
    select * from {{ ref('active_clients', 'support_holidays') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

wall_clock as (
    select
        dates.date_day,
        {{ dbt.dateadd(
            'minute', 'hours.opens_minute', 'cast(dates.date_day as ' ~ type_utc() ~ ')'
        ) }} as opens_at,
        {{ dbt.dateadd(
            'minute', 'hours.closes_minute', 'cast(dates.date_day as ' ~ type_utc() ~ ')'
        ) }} as closes_at

    from dates
    left join holidays
        on dates.date_day = holidays.holiday_date
    left join hours
        on dates.days_into_week + 1 = hours.weekday
            and holidays.holiday_date is null
),

instants as (
    select
        date_day,
        cast({{ reporting_instant('opens_at') }} as {{ type_utc() }}) as opens_at,
        cast({{ reporting_instant('closes_at') }} as {{ type_utc() }}) as closes_at

    from wall_clock
),

open_days as (
    select
        *,
        cast(coalesce({{ seconds_between('opens_at', 'closes_at') }}, 0) as bigint)
            as open_seconds

    from instants
),

days as (
    select
        *,
        cast(sum(open_seconds) over (
            order by date_day
            rows between unbounded preceding and current row
        ) - open_seconds as bigint) as open_seconds_before

    from open_days
),

measured as (
    select
        tickets.ticket_id,
        {{ seconds_between('tickets.opened_at', 'tickets.first_response_at') }}
            as first_response_seconds,
        {{ seconds_between('tickets.opened_at', 'tickets.resolved_at') }}
            as resolution_seconds,
        {{ open_seconds_until('tickets.opened_at', 'opened_days') }} as opened_clock,
        {{ open_seconds_until('tickets.first_response_at', 'answered_days') }}
            as answered_clock,
        {{ open_seconds_until('tickets.resolved_at', 'resolved_days') }} as resolved_clock,
        last_days.open_seconds_before + last_days.open_seconds as last_clock

    from tickets
    cross join as_of
    left join days as opened_days
        on {{ reporting_date('tickets.opened_at') }} = opened_days.date_day
    left join days as answered_days
        on {{ reporting_date('tickets.first_response_at') }} = answered_days.date_day
    left join days as resolved_days
        on {{ reporting_date('tickets.resolved_at') }} = resolved_days.date_day
    left join days as last_days
        on as_of.as_of_date = last_days.date_day
),

final as (
    select
        ticket_id,
        first_response_seconds,
        resolution_seconds,
        answered_clock - opened_clock as first_response_business_seconds,
        resolved_clock - opened_clock as resolution_business_seconds,
        last_clock - opened_clock as age_business_seconds

    from measured
)

select * from final
