-- Every day with usage that counts is a day of the calendar: lifecycle and retention, which go
-- by its periods, would leave out another one. Set `calendar_start_date` to an earlier day.

with

usage_daily as (
    select * from {{ ref('active_clients', 'fct_usage_daily') }}
    where exclusion_reason is null
),

calendar as (
    select
        min(date_day) as first_date,
        max(date_day) as last_date

    from {{ ref('active_clients', 'dim_dates') }}
),

usage_days as (
    select
        min(activity_date) as first_date,
        max(activity_date) as last_date

    from usage_daily
)

select
    usage_days.first_date as first_usage_date,
    usage_days.last_date as last_usage_date,
    calendar.first_date as first_calendar_date,
    calendar.last_date as last_calendar_date

from usage_days
cross join calendar

where usage_days.first_date < calendar.first_date
    or usage_days.last_date > calendar.last_date
