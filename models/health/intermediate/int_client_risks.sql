-- Grain: one row per score, origin week and client that is judged by it: the risk that the
-- score orders by, the probability if it gives one, and what came of it.

with

outcomes as (
    select * from {{ ref('active_clients', 'int_client_week_outcomes') }}
    where is_origin and is_predicted and churned_count is not null
),

client_groups as (
    select * from {{ ref('active_clients', 'int_client_groups') }}
),

points as (
    select * from {{ ref('active_clients', 'int_health_points') }}
),

churn_risk as (
    select * from {{ ref('active_clients', 'int_client_churn_scores') }}
),

base_rates as (
    select * from client_groups
    where score_name = 'base_rate'
),

component_points as (
    select
        week_index,
        client_id,
        component,
        cast(sum(weight * points) / sum(weight) as decimal(9, 4)) as points

    from points

    group by week_index, client_id, component
),

risks as (
    select
        score_name,
        week_index,
        client_id,
        probability as risk,
        probability

    from client_groups

    where score_name <> 'health_score'

    union all

    select
        'health_score' as score_name,
        outcomes.week_index,
        outcomes.client_id,
        100 - outcomes.health_score as risk,
        client_groups.probability

    from outcomes
    inner join client_groups
        on outcomes.week_index = client_groups.week_index
            and outcomes.client_id = client_groups.client_id
            and client_groups.score_name = 'health_score'

    union all

    select
        'churn_probability' as score_name,
        outcomes.week_index,
        outcomes.client_id,
        churn_risk.model_probability as risk,
        churn_risk.model_probability as probability

    from outcomes
    inner join churn_risk
        on outcomes.client_id = churn_risk.client_id
            and outcomes.snapshot_date = churn_risk.snapshot_date

    union all

    select
        {{ dbt.concat(["'component:'", 'component']) }} as score_name,
        week_index,
        client_id,
        100 - points as risk,
        cast(null as decimal(12, 6)) as probability

    from component_points
),

final as (
    select
        risks.score_name,
        risks.week_index,
        risks.client_id,
        cast(risks.risk as decimal(12, 6)) as risk,
        cast(risks.probability as decimal(12, 6)) as probability,
        base_rates.probability as base_probability,
        outcomes.churned_count,
        outcomes.is_reconstructed,
        cast({{ dbt.datediff(
            'outcomes.snapshot_date', 'outcomes.churned_date', 'day'
        ) }} as integer) as lead_days,
        outcomes.snapshot_date

    from risks
    inner join outcomes
        on risks.week_index = outcomes.week_index
            and risks.client_id = outcomes.client_id
    inner join base_rates
        on risks.week_index = base_rates.week_index
            and risks.client_id = base_rates.client_id

    where risks.risk is not null
)

select * from final
