-- Grain: one row per unhappy response after which the client opened a ticket, within
-- feedback_loop_days: the first one.

with

responses as (
    select * from {{ ref('fct_survey_responses') }}
    where is_unhappy
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

ranked as (
    select
        responses.response_id,
        tickets.ticket_id,
        {{ seconds_between('responses.responded_at', 'tickets.opened_at') }} as ticket_seconds,
        row_number() over (
            partition by responses.response_id
            order by tickets.opened_at, tickets.ticket_id
        ) as ticket_order

    from responses
    inner join tickets
        on responses.client_id = tickets.client_id
            and responses.responded_at < tickets.opened_at
),

final as (
    select
        response_id,
        ticket_id

    from ranked

    where ticket_order = 1
        and ticket_seconds <= 86400 * {{ number_var('feedback_loop_days', 1) }}
)

select * from final
