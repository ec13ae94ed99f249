-- Grain: one row per accepted touchpoint with a counted client by as_of_date.

with

touchpoints as (
    select * from {{ ref('active_clients', 'int_touchpoints_classified') }}
    where disposition = 'accepted'
        and exclusion_reason is null
),

topics as (
    select * from {{ ref('active_clients', 'touchpoint_topics') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

-- A topic listed by itself decides; '*' decides for all that are not listed.
final as (
    select
        touchpoints.touchpoint_id,
        touchpoints.canonical_client_id as client_id,
        touchpoints.canonical_user_id as user_id,
        touchpoints.channel,
        touchpoints.direction,
        touchpoints.topic,
        touchpoints.direction = 'outbound' as is_outbound,
        touchpoints.direction = 'outbound'
        and coalesce(named_topics.is_reply, other_topics.is_reply, true) as is_reply,
        touchpoints.direction = 'outbound'
        and coalesce(named_topics.is_celebration, other_topics.is_celebration, false)
            as is_celebration,
        touchpoints.direction = 'outbound'
        and coalesce(named_topics.is_education, other_topics.is_education, false)
            as is_education,
        {{ reporting_date('touchpoints.occurred_at') }} as occurred_date,
        touchpoints.occurred_at

    from touchpoints
    left join topics as named_topics
        on touchpoints.topic = named_topics.topic
    left join topics as other_topics
        on other_topics.topic = '*'
    cross join as_of

    where {{ reporting_date('touchpoints.occurred_at') }} <= as_of.as_of_date
)

select * from final
