-- Grain: one row per client and action that an open alert or opportunity of it asks for.
-- Those that are due are ranked. Nothing is sold to a client that has to be kept, and a topic
-- that was just talked about cools down first.

with

alerts as (
    select * from {{ ref('active_clients', 'fct_client_alerts') }}
    where is_open and is_raised
),

opportunities as (
    select * from {{ ref('active_clients', 'fct_opportunities') }}
    where is_fresh
),

actions as (
    select * from {{ ref('active_clients', 'next_actions') }}
),

health as (
    select * from {{ ref('active_clients', 'fct_client_health') }}
    where is_latest
),

touchpoints as (
    select * from {{ ref('active_clients', 'int_touchpoints_classified') }}
    where disposition = 'accepted' and direction = 'outbound'
),

clients as (
    select * from {{ ref('active_clients', 'int_client_identities') }}
    where exclusion_reason is null
),

last_snapshot as (
    select max(snapshot_date) as snapshot_date
    from {{ ref('active_clients', 'int_client_identity_weeks') }}
),

triggers as (
    select
        'alert' as rule_type,
        alert_type as rule_name,
        client_id,
        cast(0 as decimal(18, 2)) as expected_value_amount,
        is_reconstructed,
        last_seen_date as snapshot_date

    from alerts

    union all

    select
        'opportunity' as rule_type,
        opportunity_kind as rule_name,
        client_id,
        expected_value_amount,
        is_reconstructed,
        snapshot_date

    from opportunities
),

-- When we last turned to a client about a topic: also through a user of it who is internal.
contact_topics as (
    select
        clients.canonical_client_id as client_id,
        touchpoints.topic,
        max({{ reporting_date('touchpoints.occurred_at') }}) as last_contact_date

    from touchpoints
    inner join clients
        on touchpoints.client_id = clients.client_id
    inner join last_snapshot
        on {{ reporting_date('touchpoints.occurred_at') }} <= last_snapshot.snapshot_date

    group by clients.canonical_client_id, touchpoints.topic
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

        -- booleans
        is_reconstructed,

        -- dates
        last_contact_date,
        snapshot_date

    from judged
)

select * from final
