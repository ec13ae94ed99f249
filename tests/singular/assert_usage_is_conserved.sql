-- Accepted events are counted in fct_usage_daily: none lost, none twice (up to as_of_date).

with

accepted as (
    select
        usage_events.activity_date,
        sum(usage_events.row_count) as event_count

    from {{ ref('active_clients', 'int_usage_events') }} as usage_events
    cross join {{ ref('active_clients', 'as_of') }} as as_of

    where usage_events.disposition = 'accepted'
        and usage_events.activity_date <= as_of.as_of_date

    group by usage_events.activity_date
),

counted as (
    select
        activity_date,
        sum(event_count) as event_count

    from {{ ref('active_clients', 'fct_usage_daily') }}

    group by activity_date
)

select
    coalesce(accepted.activity_date, counted.activity_date) as activity_date,
    accepted.event_count as accepted_event_count,
    counted.event_count

from accepted
full join counted
    on accepted.activity_date = counted.activity_date

where coalesce(accepted.event_count, 0) <> coalesce(counted.event_count, 0)
