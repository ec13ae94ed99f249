-- Grain: one row per accepted ticket of a counted client that was open by as_of_date; what
-- happened to it later is not known yet.
-- A ticket was reopened when a delivery said it was resolved and a later one that it is not,
-- or only later: deliveries are never updated in place.

with

deliveries as (
    select
        *,
        lag(resolved_at) over (
            partition by ticket_id
            order by loaded_at asc, delivery_rank desc
        ) as previous_resolved_at

    from {{ ref('active_clients', 'int_tickets_classified') }}

    where disposition in ('accepted', 'duplicate')
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

reopenings as (
    select
        deliveries.ticket_id,
        count(*) as reopening_count

    from deliveries
    cross join as_of

    where deliveries.previous_resolved_at is not null
        and coalesce(deliveries.resolved_at > deliveries.previous_resolved_at, true)
        and {{ reporting_date('deliveries.previous_resolved_at') }} < as_of.as_of_date

    group by deliveries.ticket_id
),

final as (
    select
        deliveries.ticket_id,
        deliveries.canonical_client_id as client_id,
        deliveries.canonical_user_id as user_id,
        deliveries.priority,
        deliveries.topic,
        coalesce(reopenings.reopening_count, 0) as reopening_count,
        deliveries.opened_at,
        case
            when {{ reporting_date('deliveries.first_response_at') }} <= as_of.as_of_date
                then deliveries.first_response_at
        end as first_response_at,
        case
            when {{ reporting_date('deliveries.resolved_at') }} <= as_of.as_of_date
                then deliveries.resolved_at
        end as resolved_at

    from deliveries
    left join reopenings
        on deliveries.ticket_id = reopenings.ticket_id
    cross join as_of

    where deliveries.disposition = 'accepted'
        and deliveries.exclusion_reason is null
        and {{ reporting_date('deliveries.opened_at') }} <= as_of.as_of_date
)

select * from final
