-- Grain: one row per activation criterion: how many clients meet it, how soon, and how much
-- more often those that met it are active later. The lift says who stays, not why: clients
-- that meet a criterion may differ in other ways, so it is no proof of a cause.

with

criteria as (
    select * from {{ ref('active_clients', 'activation_criteria') }}
),

activation as (
    select
        *,
        is_activated as is_observed

    from {{ ref('active_clients', 'fct_activation') }}

    where is_judged
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

{{ kaplan_meier('activation', ['criterion_id']) }},

medians as (
    select
        criterion_id,
        min(observed_days) as median_days_to_value

    from survival

    where survival_probability <= 0.5

    group by criterion_id
),

counts as (
    select
        criterion_id,
        sum(case when is_mature then 1 else 0 end) as eligible_count,
        sum(case when is_mature and is_activated then 1 else 0 end) as activated_count,
        sum(case when has_outcome and is_activated then 1 else 0 end) as met_count,
        sum(case when has_outcome and is_activated and is_retained then 1 else 0 end)
            as met_retained_count,
        sum(case when has_outcome and not is_activated then 1 else 0 end) as unmet_count,
        sum(case when has_outcome and not is_activated and is_retained then 1 else 0 end)
            as unmet_retained_count

    from activation

    group by criterion_id
),

compared as (
    {{ lift_of_groups(
        'counts', 'met', 'met_retained_count', 'unmet', 'unmet_retained_count'
    ) }}
),

final as (
    select
        -- keys
        criteria.criterion_id,

        -- strings
        criteria.criterion_name,
        criteria.definition_id,

        -- numerics
        criteria.step_number,
        cast(coalesce(compared.eligible_count, 0) as bigint) as eligible_count,
        cast(coalesce(compared.activated_count, 0) as bigint) as activated_count,
        {{ rate('compared.activated_count', 'compared.eligible_count') }} as activation_rate,
        {{ wilson('compared.activated_count', 'compared.eligible_count', 'lower') }}
            as activation_rate_lower,
        {{ wilson('compared.activated_count', 'compared.eligible_count', 'upper') }}
            as activation_rate_upper,
        cast(medians.median_days_to_value as integer) as median_days_to_value,
        cast(coalesce(compared.met_count, 0) as bigint) as activated_outcome_count,
        cast(coalesce(compared.met_retained_count, 0) as bigint) as activated_retained_count,
        cast(coalesce(compared.unmet_count, 0) as bigint) as other_outcome_count,
        cast(coalesce(compared.unmet_retained_count, 0) as bigint) as other_retained_count,
        cast(compared.lift as decimal(12, 6)) as retention_lift,
        compared.lift_lower as retention_lift_lower,
        compared.lift_upper as retention_lift_upper,

        -- dates
        as_of.as_of_date

    from criteria
    cross join as_of
    left join compared
        on criteria.criterion_id = compared.criterion_id
    left join medians
        on criteria.criterion_id = medians.criterion_id
)

select * from final
