-- Grain: one row per version of a subscription and feature that its plan entitles the client
-- to, on the days [valid_from, valid_to). A plan of which no features are known entitles to
-- all of them.

with

plan_versions as (
    select * from {{ ref('active_clients', 'int_client_plan_versions') }}
),

plan_features as (
    select * from {{ ref('active_clients', 'int_plan_features_classified') }}
    where disposition = 'accepted'
),

features as (
    select * from {{ ref('active_clients', 'dim_features') }}
),

plans_with_features as (
    select distinct plan_id
    from plan_features
),

used_plans as (
    select distinct plan_id
    from plan_versions
),

plan_entitlements as (
    select
        plan_id,
        feature

    from plan_features

    union all

    select
        used_plans.plan_id,
        features.feature

    from used_plans
    left join plans_with_features
        on used_plans.plan_id = plans_with_features.plan_id
    cross join features

    where plans_with_features.plan_id is null
),

final as (
    select
        plan_versions.subscription_id,
        plan_versions.version,
        plan_versions.client_id,
        plan_versions.plan_id,
        plan_entitlements.feature,
        plan_versions.valid_from,
        plan_versions.valid_to

    from plan_versions
    inner join plan_entitlements
        on plan_versions.plan_id = plan_entitlements.plan_id
)

select * from final
