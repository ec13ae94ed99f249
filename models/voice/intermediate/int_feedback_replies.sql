-- Grain: one row per unhappy response to which the company replied: the first outbound
-- touchpoint with the client after it, within feedback_loop_days, that is no broadcast.

with

responses as (
    select * from {{ ref('fct_survey_responses') }}
    where is_unhappy
),

replies as (
    select * from {{ ref('int_touchpoints') }}
    where is_reply
),

ranked as (
    select
        responses.response_id,
        replies.touchpoint_id,
        replies.channel,
        replies.topic,
        replies.occurred_at,
        {{ seconds_between('responses.responded_at', 'replies.occurred_at') }}
            as reply_seconds,
        row_number() over (
            partition by responses.response_id
            order by replies.occurred_at, replies.touchpoint_id
        ) as reply_order

    from responses
    inner join replies
        on responses.client_id = replies.client_id
            and responses.responded_at < replies.occurred_at
),

final as (
    select
        response_id,
        touchpoint_id,
        channel,
        topic,
        occurred_at,
        reply_seconds

    from ranked

    where reply_order = 1
        and reply_seconds <= 86400 * {{ number_var('feedback_loop_days', 1) }}
)

select * from final
