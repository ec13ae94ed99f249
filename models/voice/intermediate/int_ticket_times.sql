-- Grain: one row per ticket: seconds to its first response and resolution, by the calendar
-- and by support's opening hours, and its open age at the end of as_of_date.

with

tickets as (
    select * from {{ ref('int_tickets') }}
),

days as (
    select * from {{ ref('int_support_days') }}
),

as_of as (
    select * from {{ ref('as_of') }}
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
