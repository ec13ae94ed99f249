-- Grain: one row per alert: after how many of it the client left within churn_horizon_days,
-- against the weeks of all clients, and whether it is raised. The one home of that rule: notice
-- is known and always told; of the others what has been judged often enough has to be better
-- than the base rate for certain.

{%- set judged_min = number_var('lift_min_sample') %}

with

severities as (
    select * from {{ ref('active_clients', 'alert_severities') }}
),

alerts as (
    select * from {{ ref('active_clients', 'int_client_alerts') }}
),

outcomes as (
    select * from {{ ref('active_clients', 'int_client_week_outcomes') }}
    where churned_count is not null and not has_given_notice
),

base as (
    select
        count(*) as week_count,
        sum(churned_count) as churned_count

    from outcomes
),

counted as (
    select
        severities.alert_type,
        severities.severity,
        count(alerts.client_id) as alert_count,
        coalesce(sum(case when alerts.is_open then 1 else 0 end), 0) as open_count,
        coalesce(sum(case when alerts.is_judged then 1 else 0 end), 0) as judged_count,
        coalesce(sum(alerts.churned_count), 0) as churned_count

    from severities
    left join alerts
        on severities.alert_type = alerts.alert_type

    group by severities.alert_type, severities.severity
),

rated as (
    select
        counted.*,
        {{ rate('counted.churned_count', 'counted.judged_count') }} as precision_rate,
        {{ wilson('counted.churned_count', 'counted.judged_count', 'lower') }}
            as precision_rate_lower,
        {{ wilson('counted.churned_count', 'counted.judged_count', 'upper') }}
            as precision_rate_upper,
        {{ rate('base.churned_count', 'base.week_count') }} as base_rate

    from counted
    cross join base
),

reasoned as (
    select
        *,
        case
            when alert_type = 'notice_given' then 'known'
            when judged_count < {{ judged_min }} or base_rate is null then 'too_few_judged'
            when precision_rate_lower > base_rate then 'better_than_base_rate'
            else 'no_better_than_base_rate'
        end as raise_reason

    from rated
),

final as (
    select
        -- keys
        alert_type,

        -- strings
        severity,
        raise_reason,

        -- numerics
        cast(alert_count as bigint) as alert_count,
        cast(open_count as bigint) as open_count,
        cast(judged_count as bigint) as judged_count,
        cast(churned_count as bigint) as churned_count,
        precision_rate,
        precision_rate_lower,
        precision_rate_upper,
        base_rate,

        -- booleans
        raise_reason <> 'no_better_than_base_rate' as is_raised

    from reasoned
)

select * from final
