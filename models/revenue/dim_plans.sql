-- Grain: one row per plan.

with

plans as (
    select * from {{ ref('active_clients', 'int_plans_classified') }}
    where disposition = 'accepted'
),

plan_features as (
    select * from {{ ref('active_clients', 'int_plan_features_classified') }}
    where disposition = 'accepted'
),

feature_counts as (
    select
        plan_id,
        count(*) as entitled_feature_count

    from plan_features

    group by plan_id
),

final as (
    select
        plans.plan_id,
        plans.plan_name,
        plans.plan_rank,
        plans.included_seat_count,
        cast(feature_counts.entitled_feature_count as bigint) as entitled_feature_count

    from plans
    left join feature_counts
        on plans.plan_id = feature_counts.plan_id
)

select * from final
