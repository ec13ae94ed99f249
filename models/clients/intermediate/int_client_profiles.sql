-- Grain: one row per counted client: what a message to it can refer to. `suggested_feature`
-- is, of the features its plan entitles to and it never used, the one most clients use.

with

current_plans as (
    select
        plan_spans.client_id,
        plan_spans.entitled_plan_id,
        plan_spans.paid_plan_id

    from {{ ref('active_clients', 'int_client_plan_spans') }} as plan_spans
    inner join {{ ref('active_clients', 'as_of') }} as as_of
        on plan_spans.valid_from <= as_of.as_of_date
            and plan_spans.valid_to > as_of.as_of_date
),

entitlements as (
    select
        current_plans.client_id,
        plan_features.feature

    from current_plans
    inner join {{ ref('active_clients', 'int_plan_features_classified') }} as plan_features
        on current_plans.entitled_plan_id = plan_features.plan_id
            and plan_features.disposition = 'accepted'
),

features_used as (
    select * from {{ ref('active_clients', 'int_client_features_used') }}
),

feature_users as (
    select
        feature,
        count(*) as client_count

    from features_used

    group by feature
),

ranked_used as (
    select
        client_id,
        feature,
        count(*) over (partition by client_id) as used_feature_count,
        row_number() over (
            partition by client_id
            order by recent_event_count desc, event_count desc, feature asc
        ) as usage_order

    from features_used
),

ranked_unused as (
    select
        entitlements.client_id,
        entitlements.feature,
        row_number() over (
            partition by entitlements.client_id
            order by coalesce(feature_users.client_count, 0) desc, entitlements.feature asc
        ) as suggestion_order

    from entitlements
    left join features_used
        on entitlements.client_id = features_used.client_id
            and entitlements.feature = features_used.feature
    left join feature_users
        on entitlements.feature = feature_users.feature

    where features_used.client_id is null
),

entitled_counts as (
    select
        client_id,
        count(*) as entitled_feature_count

    from entitlements

    group by client_id
),

channels as (
    select * from {{ ref('active_clients', 'int_client_channels') }}
),

clients as (
    select client_id from {{ ref('active_clients', 'int_client_identities') }}
    where exclusion_reason is null
        and client_id = canonical_client_id
),

final as (
    select
        clients.client_id,
        current_plans.entitled_plan_id,
        current_plans.paid_plan_id,
        channels.preferred_channel,
        ranked_used.feature as top_feature,
        ranked_unused.feature as suggested_feature,
        coalesce(ranked_used.used_feature_count, 0) as used_feature_count,
        coalesce(entitled_counts.entitled_feature_count, 0) as entitled_feature_count

    from clients
    left join current_plans
        on clients.client_id = current_plans.client_id
    left join channels
        on clients.client_id = channels.client_id
    left join ranked_used
        on clients.client_id = ranked_used.client_id
            and ranked_used.usage_order = 1
    left join ranked_unused
        on clients.client_id = ranked_unused.client_id
            and ranked_unused.suggestion_order = 1
    left join entitled_counts
        on clients.client_id = entitled_counts.client_id
)

select * from final
