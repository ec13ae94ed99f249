-- Grain: one row per unhappy response, with what followed it: the first reply of ours that is
-- no broadcast and the first ticket of the client, each within feedback_loop_days.

with

responses as (
    select * from {{ ref('fct_survey_responses') }}
),

touchpoints as (
    select * from {{ ref('int_touchpoints') }}
    where is_reply
),

client_tickets as (
    select * from {{ ref('int_tickets') }}
),

themes as (
    select
        response_id,
        max(case when theme_rank = 1 then theme end) as main_theme,
        count(*) as theme_count

    from {{ ref('fct_feedback_themes') }}

    group by response_id
),

about_tickets as (
    select * from {{ ref('int_ticket_csat') }}
),

client_mrr as (
    select * from {{ ref('fct_client_mrr') }}
),

ordered_replies as (
    select
        responses.response_id,
        touchpoints.touchpoint_id,
        touchpoints.channel,
        touchpoints.topic,
        touchpoints.occurred_at,
        {{ seconds_between('responses.responded_at', 'touchpoints.occurred_at') }}
            as reply_seconds,
        row_number() over (
            partition by responses.response_id
            order by touchpoints.occurred_at, touchpoints.touchpoint_id
        ) as reply_order

    from responses
    inner join touchpoints
        on responses.client_id = touchpoints.client_id
            and responses.responded_at < touchpoints.occurred_at

    where responses.is_unhappy
),

replies as (
    select *
    from ordered_replies
    where reply_order = 1
        and reply_seconds <= 86400 * {{ number_var('feedback_loop_days', 1) }}
),

ordered_tickets as (
    select
        responses.response_id,
        client_tickets.ticket_id,
        {{ seconds_between('responses.responded_at', 'client_tickets.opened_at') }}
            as ticket_seconds,
        row_number() over (
            partition by responses.response_id
            order by client_tickets.opened_at, client_tickets.ticket_id
        ) as ticket_order

    from responses
    inner join client_tickets
        on responses.client_id = client_tickets.client_id
            and responses.responded_at < client_tickets.opened_at

    where responses.is_unhappy
),

tickets as (
    select *
    from ordered_tickets
    where ticket_order = 1
        and ticket_seconds <= 86400 * {{ number_var('feedback_loop_days', 1) }}
),

final as (
    select
        responses.response_id,
        responses.client_id,
        responses.user_id,
        responses.next_response_id,
        responses.survey_type,
        responses.survey_purpose,
        responses.segment,
        responses.paid_plan_id,
        responses.user_role,
        responses.score,
        responses.responded_date,
        responses.responded_at,
        replies.touchpoint_id,
        replies.channel as reply_channel,
        replies.topic as reply_topic,
        replies.occurred_at as replied_at,
        replies.reply_seconds,
        tickets.ticket_id,
        about_tickets.ticket_id as about_ticket_id,
        themes.main_theme,
        coalesce(themes.theme_count, 0) as theme_count,
        next_responses.score as next_score,
        next_responses.responded_at as next_responded_at,
        coalesce(then_mrr.mrr_amount, 0) as response_mrr_amount,
        coalesce(now_mrr.mrr_amount, 0) as current_mrr_amount,
        replies.touchpoint_id is null and responses.next_response_id is null as is_open

    from responses
    left join replies
        on responses.response_id = replies.response_id
    left join tickets
        on responses.response_id = tickets.response_id
    left join about_tickets
        on responses.response_id = about_tickets.response_id
    left join themes
        on responses.response_id = themes.response_id
    left join responses as next_responses
        on responses.next_response_id = next_responses.response_id
    left join client_mrr as then_mrr
        on responses.client_id = then_mrr.client_id
            and responses.responded_date >= then_mrr.valid_from
            and responses.responded_date < {{ or_never('then_mrr.valid_to') }}
    left join client_mrr as now_mrr
        on responses.client_id = now_mrr.client_id
            and now_mrr.valid_to is null

    where responses.is_unhappy
)

select * from final
