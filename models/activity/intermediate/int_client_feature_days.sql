-- Grain: one row per definition, client, feature and day with a qualifying event in the
-- feature, and whether a plan entitled the client to it that day. Events without a feature
-- are left out.

with

core_usage as (
    select * from {{ ref('int_core_usage_daily') }}
    where feature <> 'unknown'
),

entitlements as (
    select * from {{ ref('int_client_feature_entitlements') }}
),

feature_days as (
    select
        definition_id,
        client_id,
        feature,
        count(distinct user_id) as user_count,
        sum(event_count) as event_count,
        activity_date

    from core_usage

    group by definition_id, client_id, feature, activity_date
),

final as (
    select
        feature_days.definition_id,
        feature_days.client_id,
        feature_days.feature,
        cast(feature_days.user_count as bigint) as user_count,
        cast(feature_days.event_count as bigint) as event_count,
        max(case when entitlements.client_id is not null then 1 else 0 end) = 1
            as is_entitled,
        feature_days.activity_date

    from feature_days
    left join entitlements
        on feature_days.client_id = entitlements.client_id
            and feature_days.feature = entitlements.feature
            and {{ is_within('feature_days.activity_date', 'entitlements') }}

    group by
        feature_days.definition_id,
        feature_days.client_id,
        feature_days.feature,
        feature_days.user_count,
        feature_days.event_count,
        feature_days.activity_date
)

select * from final
