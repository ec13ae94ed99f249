-- Grain: one row per cohort (month of the first day) and step of onboarding: 0 for clients
-- that began, then each activation criterion. A client reaches a step when it has met the
-- criteria of all steps up to it, in any order. Immature until the last deadline of the cohort.
-- The start bears the first criterion's definition. Only clients judged by all criteria count.

{% set up_to_the_step = 'over (partition by activation.client_id'
    ~ ' order by activation.step_number rows between unbounded preceding and current row)' %}

with

activation as (
    select
        *,
        min(case when is_judged then 1 else 0 end) over (partition by client_id) as is_known

    from {{ ref('active_clients', 'fct_activation') }}
),

criteria as (
    select * from {{ ref('active_clients', 'activation_criteria') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

steps as (
    select
        activation.client_id,
        {{ month_start('activation.started_date') }} as cohort_month,
        activation.step_number,
        min(case when activation.is_activated then 1 else 0 end)
            {{ up_to_the_step }} as has_reached,
        min(case when activation.is_mature then 1 else 0 end)
            {{ up_to_the_step }} as has_passed,
        max(criteria.within_days)
            {{ up_to_the_step }} as within_days

    from activation
    inner join criteria
        on activation.criterion_id = criteria.criterion_id

    where activation.is_known = 1
),

all_steps as (
    select * from steps

    union all

    select distinct
        client_id,
        cohort_month,
        0 as step_number,
        1 as has_reached,
        1 as has_passed,
        0 as within_days

    from steps
),

counts as (
    select
        all_steps.cohort_month,
        all_steps.step_number,
        min(case
            when {{ add_days(month_end('all_steps.cohort_month'), 'all_steps.within_days') }}
                <= as_of.as_of_date
                then all_steps.has_passed
            else 0
        end) = 1 as is_mature,
        count(*) as cohort_size,
        sum(all_steps.has_reached) as reached_count

    from all_steps
    cross join as_of

    group by all_steps.cohort_month, all_steps.step_number
),

observed as (
    select
        cohort_month,
        step_number,
        is_mature,
        cohort_size,
        case when is_mature then cohort_size end as eligible_count,
        case when is_mature then reached_count end as reached_count,
        lag(reached_count) over (
            partition by cohort_month
            order by step_number
        ) as previous_count

    from counts
),

final as (
    select
        observed.cohort_month,
        observed.step_number,
        coalesce(criteria.criterion_id, 'started') as criterion_id,
        coalesce(criteria.definition_id, lead(criteria.definition_id) over (
            partition by observed.cohort_month
            order by observed.step_number
        )) as definition_id,
        cast(observed.cohort_size as bigint) as cohort_size,
        cast(observed.eligible_count as bigint) as eligible_count,
        cast(observed.reached_count as bigint) as reached_count,
        {{ rate('reached_count', 'eligible_count') }} as reached_rate,
        {{ wilson('reached_count', 'eligible_count', 'lower') }} as reached_rate_lower,
        {{ wilson('reached_count', 'eligible_count', 'upper') }} as reached_rate_upper,
        {{ rate('reached_count', 'previous_count') }} as step_rate,
        observed.is_mature

    from observed
    left join criteria
        on observed.step_number = criteria.step_number
)

select * from final
