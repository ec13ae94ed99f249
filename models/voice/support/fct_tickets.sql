-- Grain: one row per ticket of a counted client that was opened by as_of_date.
-- A target is due when its business hours have passed since the opening, by the end of
-- as_of_date; a rate over due tickets leaves out those of which it is too early to tell.

{{ config(enabled=var('tickets_enabled')) }}

with

tickets as (
    select * from {{ ref('active_clients', 'int_tickets') }}
),

times as (
    select * from {{ ref('active_clients', 'int_ticket_times') }}
),

targets as (
    select * from {{ ref('active_clients', 'support_targets') }}
),

csat as (
    select * from {{ ref('active_clients', 'int_ticket_csat') }}
),

final as (
    select
        -- ids
        tickets.ticket_id,
        tickets.client_id,
        tickets.user_id,
        csat.response_id as csat_response_id,

        -- strings
        tickets.priority,
        tickets.topic,
        case
            when tickets.resolved_at is not null then 'resolved'
            when tickets.first_response_at is not null then 'answered'
            else 'new'
        end as ticket_status,

        -- numerics
        cast(tickets.reopening_count as bigint) as reopening_count,
        cast(csat.score as integer) as csat_score,
        {{ rate('times.first_response_seconds', '3600') }} as first_response_hours,
        {{ rate('times.first_response_business_seconds', '3600') }}
            as first_response_business_hours,
        cast(targets.first_response_hours as decimal(9, 2)) as first_response_target_hours,
        {{ rate('times.resolution_seconds', '3600') }} as resolution_hours,
        {{ rate('times.resolution_business_seconds', '3600') }}
            as resolution_business_hours,
        cast(targets.resolution_hours as decimal(9, 2)) as resolution_target_hours,

        -- booleans
        tickets.first_response_at is not null as is_answered,
        coalesce(
            times.age_business_seconds >= 3600 * targets.first_response_hours, false
        ) as is_first_response_due,
        coalesce(
            times.first_response_business_seconds <= 3600 * targets.first_response_hours, false
        ) as is_first_response_in_sla,
        tickets.resolved_at is not null as is_resolved,
        coalesce(times.age_business_seconds >= 3600 * targets.resolution_hours, false)
            as is_resolution_due,
        coalesce(times.resolution_business_seconds <= 3600 * targets.resolution_hours, false)
            as is_resolution_in_sla,
        tickets.reopening_count > 0 as is_reopened,

        -- dates
        {{ reporting_date('tickets.opened_at') }} as opened_date,
        {{ reporting_date('tickets.first_response_at') }} as first_response_date,
        {{ reporting_date('tickets.resolved_at') }} as resolved_date,

        -- timestamps
        tickets.opened_at,
        tickets.first_response_at,
        tickets.resolved_at

    from tickets
    inner join times
        on tickets.ticket_id = times.ticket_id
    left join targets
        on tickets.priority = targets.priority
    left join csat
        on tickets.ticket_id = csat.ticket_id
)

select * from final
