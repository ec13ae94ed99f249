-- Grain: one row per counted client and month in which it opened a ticket or one of its
-- tickets was resolved.

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

ticket_months as (
    select
        tickets.client_id,
        {{ month_start(reporting_date('tickets.opened_at')) }} as period_month,
        1 as is_opened,
        0 as is_resolved,
        case
            when times.age_business_seconds >= 3600 * targets.first_response_hours
                and coalesce(
                    times.first_response_business_seconds
                    > 3600 * targets.first_response_hours, true
                )
                then 1
            else 0
        end as is_late

    from tickets
    inner join times
        on tickets.ticket_id = times.ticket_id
    left join targets
        on tickets.priority = targets.priority

    union all

    select
        client_id,
        {{ month_start(reporting_date('resolved_at')) }} as period_month,
        0 as is_opened,
        1 as is_resolved,
        0 as is_late

    from tickets

    where resolved_at is not null
),

final as (
    select
        client_id,
        period_month,
        sum(is_opened) as opened_ticket_count,
        sum(is_resolved) as resolved_ticket_count,
        sum(is_late) as late_response_count

    from ticket_months

    group by client_id, period_month
)

select * from final
