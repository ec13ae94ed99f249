-- Grain: one row per calendar day of the reporting time zone, with the instants between
-- which support is open (null when it is closed) and the open seconds of all days before.
-- Opening hours are wall-clock times: on the day a clock changes, open seconds follow it.

with

dates as (
    select
        date_day,
        {{ dbt.datediff('week_start_date', 'date_day', 'day') }}
            as days_into_week

    from {{ ref('dim_dates') }}
),

hours as (
    select
        weekday,
        60 * cast(substring(opens_at, 1, 2) as integer)
        + cast(substring(opens_at, 4, 2) as integer) as opens_minute,
        60 * cast(substring(closes_at, 1, 2) as integer)
        + cast(substring(closes_at, 4, 2) as integer) as closes_minute

    from {{ ref('support_hours') }}
),

holidays as (
    select * from {{ ref('support_holidays') }}
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

measured as (
    select
        *,
        coalesce({{ seconds_between('opens_at', 'closes_at') }}, 0) as open_seconds

    from instants
),

final as (
    select
        date_day,
        cast(open_seconds as bigint) as open_seconds,
        cast(sum(open_seconds) over (
            order by date_day
            rows between unbounded preceding and current row
        ) - open_seconds as bigint) as open_seconds_before,
        opens_at,
        closes_at

    from measured
)

select * from final
