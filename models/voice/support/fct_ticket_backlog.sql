-- Grain: one row per priority and day, from the day of the first ticket to as_of_date.

{{ config(enabled=var('tickets_enabled')) }}

with

tickets as (
    select * from {{ ref('active_clients', 'fct_tickets') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

changes as (
    select
        priority,
        opened_date as backlog_date,
        1 as opened_change,
        0 as answered_change,
        0 as resolved_change

    from tickets

    union all

    -- What was resolved without an answer waits for none.
    select
        priority,
        coalesce(first_response_date, resolved_date) as backlog_date,
        0 as opened_change,
        1 as answered_change,
        0 as resolved_change

    from tickets

    where coalesce(first_response_date, resolved_date) is not null

    union all

    select
        priority,
        resolved_date as backlog_date,
        0 as opened_change,
        0 as answered_change,
        1 as resolved_change

    from tickets

    where resolved_date is not null
),

first_dates as (
    select min(opened_date) as first_date
    from tickets
),

priorities as (
    select distinct priority
    from tickets
),

days as (
    select
        priorities.priority,
        dates.date_day as backlog_date

    from first_dates
    cross join as_of
    inner join {{ ref('active_clients', 'dim_dates') }} as dates
        on first_dates.first_date <= dates.date_day
            and as_of.as_of_date >= dates.date_day
    cross join priorities
),

daily as (
    select
        days.priority,
        days.backlog_date,
        sum(coalesce(changes.opened_change, 0)) as opened_count,
        sum(coalesce(changes.answered_change, 0)) as answered_count,
        sum(coalesce(changes.resolved_change, 0)) as resolved_count

    from days
    left join changes
        on days.priority = changes.priority
            and days.backlog_date = changes.backlog_date

    group by days.priority, days.backlog_date
),

final as (
    select
        priority,
        cast(opened_count as bigint) as opened_count,
        cast(resolved_count as bigint) as resolved_count,
        cast(sum(opened_count - answered_count) over (
            partition by priority
            order by backlog_date
            rows between unbounded preceding and current row
        ) as bigint) as unanswered_count,
        cast(sum(opened_count - resolved_count) over (
            partition by priority
            order by backlog_date
            rows between unbounded preceding and current row
        ) as bigint) as backlog_count,
        backlog_date

    from daily
)

select * from final
