-- Grain: one row per client and action that an open alert or opportunity of it asks for.
-- Those that are due are ranked. Nothing is sold to a client that has to be kept, and a topic
-- that was just talked about cools down first.

with

triggers as (
    select * from {{ ref('int_action_triggers') }}
),

actions as (
    select * from {{ ref('next_actions') }}
),

health as (
    select * from {{ ref('fct_client_health') }}
    where is_latest
),

contact_topics as (
    select * from {{ ref('int_client_contact_topics') }}
),

-- Of several reasons for one action the most pressing is told.
candidates as (
    select
        triggers.*,
        actions.action,
        actions.stance,
        actions.priority,
        actions.topic,
        actions.cool_down_days,
        row_number() over (
            partition by triggers.client_id, actions.action
            order by
                actions.priority asc,
                triggers.expected_value_amount desc,
                triggers.rule_name asc,
                triggers.rule_type asc
        ) as reason_rank,
        max(case when actions.stance = 'protect' then 1 else 0 end) over (
            partition by triggers.client_id
        ) as protect_count

    from triggers
    inner join actions
        on triggers.rule_type = actions.rule_type
            and triggers.rule_name = actions.rule_name
),

judged as (
    select
        candidates.*,
        contact_topics.last_contact_date,
        case
            when candidates.stance = 'grow'
                and (candidates.protect_count = 1 or health.health_band = 'red')
                then 'contradicted'
            when candidates.snapshot_date < {{ add_days(
                'contact_topics.last_contact_date', 'candidates.cool_down_days'
            ) }}
                then 'cooling_down'
            else 'due'
        end as action_status

    from candidates
    left join health
        on candidates.client_id = health.client_id
    left join contact_topics
        on candidates.client_id = contact_topics.client_id
            and candidates.topic = contact_topics.topic

    where candidates.reason_rank = 1
),

final as (
    select
        -- keys
        client_id,
        action,

        -- strings
        action_status,
        rule_type as reason_type,
        rule_name as reason_name,
        stance,
        topic,

        -- numerics
        case
            when action_status = 'due' then cast(row_number() over (
                    partition by client_id, action_status
                    order by priority asc, expected_value_amount desc, action asc
                ) as integer)
        end as action_rank,
        expected_value_amount,

        -- dates
        last_contact_date,
        snapshot_date

    from judged
)

select * from final
