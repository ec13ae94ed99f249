-- Grain: one row per offer type and goal. Of the mature offers to clients that paid then: the
-- share that reached the goal when treated, redeemed or not, against the hold-out, with a
-- Newcombe interval; null below lift_min_sample offers in either group.

{{ config(enabled=var('offers_enabled')) }}

with

offers as (
    select * from {{ ref('active_clients', 'fct_offers') }}
    where is_mature
        and is_eligible
),

counts as (
    select
        offer_type,
        goal,
        cast(sum(case when is_holdout then 0 else 1 end) as bigint) as treated_count,
        cast(sum(case when is_success and not is_holdout then 1 else 0 end) as bigint)
            as treated_success_count,
        cast(sum(case when is_redeemed and not is_holdout then 1 else 0 end) as bigint)
            as redeemed_count,
        cast(sum(case when is_holdout then 1 else 0 end) as bigint) as holdout_count,
        cast(sum(case when is_success and is_holdout then 1 else 0 end) as bigint)
            as holdout_success_count

    from offers

    group by offer_type, goal
),

compared as (
    {{ lift_of_groups(
        'counts',
        'treated', 'treated_success_count',
        'holdout', 'holdout_success_count',
        min_sample=number_var('lift_min_sample')
    ) }}
),

final as (
    select
        offer_type,
        goal,
        treated_count,
        treated_success_count,
        redeemed_count,
        holdout_count,
        holdout_success_count,
        treated_rate,
        treated_lower,
        treated_upper,
        holdout_rate,
        holdout_lower,
        holdout_upper,
        lift,
        lift_lower,
        lift_upper,
        is_sufficient,
        coalesce(lift_lower > 0 or lift_upper < 0, false) as is_significant

    from compared
)

select * from final
