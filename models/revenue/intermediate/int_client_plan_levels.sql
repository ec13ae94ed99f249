-- Grain: one row per client, currency and step of int_client_mrr_levels.
-- The main plan is the one of the highest rank; `is_plan_change` is true where the set of plans
-- is not that of the step before.

with

steps as (
    select
        client_id,
        currency_code,
        valid_from,
        row_number() over (
            partition by client_id, currency_code
            order by valid_from
        ) as step_number

    from {{ ref('active_clients', 'int_client_mrr_levels') }}
),

versions as (
    select * from {{ ref('active_clients', 'int_subscription_versions') }}
    where has_contract_mrr
),

plans as (
    select * from {{ ref('active_clients', 'int_plans_classified') }}
    where disposition = 'accepted'
),

held_plans as (
    select distinct
        steps.client_id,
        steps.currency_code,
        steps.step_number,
        coalesce(versions.plan_id, '') as plan_id,
        coalesce(plans.plan_rank, 0) as plan_rank

    from steps
    inner join versions
        on steps.client_id = versions.client_id
            and steps.currency_code = versions.currency_code
            and {{ is_within('steps.valid_from', 'versions') }}
    left join plans
        on versions.plan_id = plans.plan_id
),

ranked_plans as (
    select
        *,
        row_number() over (
            partition by client_id, currency_code, step_number
            order by plan_rank desc, plan_id asc
        ) as place,
        lag(step_number) over (
            partition by client_id, currency_code, plan_id
            order by step_number
        ) as previous_step_number,
        lead(step_number) over (
            partition by client_id, currency_code, plan_id
            order by step_number
        ) as next_step_number

    from held_plans
),

plan_changes as (
    select
        client_id,
        currency_code,
        step_number

    from ranked_plans

    where coalesce(previous_step_number, 0) < step_number - 1
        or previous_step_number is null

    {{ union_distinct() }}

    select
        client_id,
        currency_code,
        step_number + 1 as step_number

    from ranked_plans

    where coalesce(next_step_number, 0) <> step_number + 1
),

final as (
    select
        steps.client_id,
        steps.currency_code,
        nullif(ranked_plans.plan_id, '') as plan_id,
        ranked_plans.plan_rank,
        lag(ranked_plans.plan_rank) over (
            partition by steps.client_id, steps.currency_code
            order by steps.step_number
        ) as previous_plan_rank,
        plan_changes.step_number is not null as is_plan_change,
        steps.valid_from

    from steps
    left join ranked_plans
        on steps.client_id = ranked_plans.client_id
            and steps.currency_code = ranked_plans.currency_code
            and steps.step_number = ranked_plans.step_number
            and ranked_plans.place = 1
    left join plan_changes
        on steps.client_id = plan_changes.client_id
            and steps.currency_code = plan_changes.currency_code
            and steps.step_number = plan_changes.step_number
)

select * from final
