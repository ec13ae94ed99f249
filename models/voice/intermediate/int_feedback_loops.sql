-- Grain: one row per unhappy response, with what followed it: the first reply of ours that is
-- no broadcast and the first ticket of the client, each within feedback_loop_days.

with

responses as (
    select * from {{ ref('active_clients', 'fct_survey_responses') }}
),

-- What may follow a response. A reply is no broadcast.
followers as (
    select
        'reply' as follower_type,
        touchpoint_id as follower_id,
        client_id,
        channel,
        topic,
        occurred_at as followed_at

    from {{ ref('active_clients', 'int_touchpoints') }}

    where is_reply

    union all

    select
        'ticket' as follower_type,
        ticket_id as follower_id,
        client_id,
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as {{ dbt.type_string() }}) as topic,
        opened_at as followed_at

    from {{ ref('active_clients', 'int_tickets') }}
),

themes as (
    select
        response_id,
        max(case when theme_rank = 1 then theme end) as main_theme,
        count(*) as theme_count

    from {{ ref('active_clients', 'fct_feedback_themes') }}

    group by response_id
),

about_tickets as (
    select * from {{ ref('active_clients', 'int_ticket_csat') }}
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

delayed as (
    select
        responses.response_id,
        followers.follower_type,
        followers.follower_id,
        followers.channel,
        followers.topic,
        followers.followed_at,
        {{ seconds_between('responses.responded_at', 'followers.followed_at') }}
            as delay_seconds

    from responses
    inner join followers
        on responses.client_id = followers.client_id
            and responses.responded_at < followers.followed_at

    where responses.is_unhappy
),

-- The first of each type within the window, equal times by key.
ordered as (
    select
        *,
        row_number() over (
            partition by response_id, follower_type
            order by followed_at, follower_id
        ) as follower_order

    from delayed

    where delay_seconds <= 86400 * {{ number_var('feedback_loop_days') }}
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
        replies.follower_id as touchpoint_id,
        replies.channel as reply_channel,
        replies.topic as reply_topic,
        replies.followed_at as replied_at,
        replies.delay_seconds as reply_seconds,
        tickets.follower_id as ticket_id,
        about_tickets.ticket_id as about_ticket_id,
        themes.main_theme,
        coalesce(themes.theme_count, 0) as theme_count,
        next_responses.score as next_score,
        next_responses.responded_at as next_responded_at,
        coalesce(then_mrr.mrr_amount, 0) as response_mrr_amount,
        coalesce(now_mrr.mrr_amount, 0) as current_mrr_amount,
        replies.follower_id is null and responses.next_response_id is null as is_open

    from responses
    left join ordered as replies
        on responses.response_id = replies.response_id
            and replies.follower_type = 'reply'
            and replies.follower_order = 1
    left join ordered as tickets
        on responses.response_id = tickets.response_id
            and tickets.follower_type = 'ticket'
            and tickets.follower_order = 1
    left join about_tickets
        on responses.response_id = about_tickets.response_id
    left join themes
        on responses.response_id = themes.response_id
    left join responses as next_responses
        on responses.next_response_id = next_responses.response_id
    left join client_mrr as then_mrr
        on responses.client_id = then_mrr.client_id
            and {{ is_within('responses.responded_date', 'then_mrr') }}
    left join client_mrr as now_mrr
        on responses.client_id = now_mrr.client_id
            and now_mrr.valid_to is null

    where responses.is_unhappy
)

select * from final
