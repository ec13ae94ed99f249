-- Grain: one row per feature that a plan entitles to or that was ever used.

with

plan_features as (
    select * from {{ ref('active_clients', 'int_plan_features_classified') }}
    where disposition = 'accepted'
),

-- Usage of which no feature is known is not the use of one.
usage_daily as (
    select * from {{ ref('active_clients', 'fct_usage_daily') }}
    where feature <> 'unknown' and exclusion_reason is null
),

entitlements as (
    select
        feature,
        count(*) as plan_count

    from plan_features

    group by feature
),

first_uses as (
    select
        feature,
        min(activity_date) as first_used_date,
        max(activity_date) as last_used_date

    from usage_daily

    group by feature
),

final as (
    select
        coalesce(entitlements.feature, first_uses.feature) as feature,
        cast(coalesce(entitlements.plan_count, 0) as bigint) as plan_count,
        entitlements.feature is not null as is_in_a_plan,
        first_uses.first_used_date,
        first_uses.last_used_date

    from entitlements
    full outer join first_uses
        on entitlements.feature = first_uses.feature
)

select * from final
