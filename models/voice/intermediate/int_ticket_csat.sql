-- Grain: one row per ticket that a transactional CSAT answer is about: that which was last
-- resolved for the client within ticket_csat_days before the invitation (without one, before
-- the answer). Of several answers the latest counts.

with

responses as (
    select * from {{ ref('active_clients', 'int_survey_responses') }}
    where survey_type = 'csat'
        and survey_purpose = 'transactional'
),

invitations as (
    select * from {{ ref('active_clients', 'int_survey_invitations_classified') }}
    where disposition = 'accepted'
),

tickets as (
    select * from {{ ref('active_clients', 'int_tickets') }}
    where resolved_at is not null
),

asked as (
    select
        responses.response_id,
        responses.client_id,
        responses.score,
        responses.responded_at,
        coalesce(invitations.sent_at, responses.responded_at) as asked_at

    from responses
    left join invitations
        on responses.invitation_id = invitations.invitation_id
),

candidates as (
    select
        asked.*,
        tickets.ticket_id,
        row_number() over (
            partition by asked.response_id
            order by tickets.resolved_at desc, tickets.ticket_id desc
        ) as ticket_order

    from asked
    inner join tickets
        on asked.client_id = tickets.client_id
            and asked.asked_at >= tickets.resolved_at

    where {{ seconds_between('tickets.resolved_at', 'asked.asked_at') }}
        <= 86400 * {{ number_var('ticket_csat_days') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by ticket_id
            order by responded_at desc, response_id desc
        ) as response_order

    from candidates

    where ticket_order = 1
),

final as (
    select
        ticket_id,
        response_id,
        score

    from ranked

    where response_order = 1
)

select * from final
