-- Grain: one row per offer type and goal. Of the mature offers to clients that paid then: the
-- share that reached the goal when treated, redeemed or not, against the hold-out, with a
-- Newcombe interval; null below lift_min_sample offers in either group.

{{ config(enabled=var('offers_enabled')) }}

with

offers as (
    select * from {{ ref('fct_offers') }}
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

rated as (
    select
        *,
        {{ rate('treated_success_count', 'treated_count') }} as treated_rate,
        {{ wilson('treated_success_count', 'treated_count', 'lower') }} as treated_lower,
        {{ wilson('treated_success_count', 'treated_count', 'upper') }} as treated_upper,
        {{ rate('holdout_success_count', 'holdout_count') }} as holdout_rate,
        {{ wilson('holdout_success_count', 'holdout_count', 'lower') }} as holdout_lower,
        {{ wilson('holdout_success_count', 'holdout_count', 'upper') }} as holdout_upper,
        least(treated_count, holdout_count) >= {{ number_var('lift_min_sample', 1) }}
            as is_sufficient

    from counts
),

lifted as (
    select
        *,
        case when is_sufficient then cast(treated_rate - holdout_rate as decimal(12, 6)) end
            as lift,
        case when is_sufficient then {{ newcombe('treated', 'holdout', 'lower') }} end
            as lift_lower,
        case when is_sufficient then {{ newcombe('treated', 'holdout', 'upper') }} end
            as lift_upper

    from rated
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

    from lifted
)

select * from final
