-- Grain: one row per score and origin, and per score over all origins (`all`): whether those
-- it held to be at risk churned within churn_horizon_days, judged once they had elapsed.
-- Origins are backtest_origin_weeks apart, clients compared within an origin only.

with

origins as (
    select * from {{ ref('active_clients', 'int_risk_origins') }}
),

-- Who had given notice was known to leave, and who was past due leaves by the rule of grace:
-- they are judged by no score.
known_counts as (
    select
        snapshot_date,
        sum(case when has_given_notice then 1 else 0 end) as notice_client_count,
        sum(case when has_given_notice then churned_count else 0 end) as notice_churned_count,
        sum(case when not has_given_notice then 1 else 0 end) as past_due_client_count,
        sum(case when not has_given_notice then churned_count else 0 end)
            as past_due_churned_count

    from {{ ref('active_clients', 'int_client_week_outcomes') }}

    where is_origin and not is_predicted and churned_count is not null

    group by snapshot_date
),

counted as (
    select
        origins.*,
        known_counts.notice_client_count,
        known_counts.notice_churned_count,
        known_counts.past_due_client_count,
        known_counts.past_due_churned_count

    from origins
    left join known_counts
        on origins.snapshot_date = known_counts.snapshot_date
),

labelled as (
    select
        'all' as origin,
        cast(null as date) as origin_date,
        counted.*

    from counted

    union all

    select
        cast(snapshot_date as {{ dbt.type_string() }}) as origin,
        snapshot_date as origin_date,
        counted.*

    from counted
),

summed as (
    select
        score_name,
        origin,
        origin_date,
        sum(client_count) as client_count,
        sum(churned_count) as churned_count,
        coalesce(sum(notice_client_count), 0) as notice_client_count,
        coalesce(sum(notice_churned_count), 0) as notice_churned_count,
        coalesce(sum(past_due_client_count), 0) as past_due_client_count,
        coalesce(sum(past_due_churned_count), 0) as past_due_churned_count,
        sum(pair_count) as pair_count,
        cast(sum(concordant_count) as {{ type_double() }}) / nullif(sum(pair_count), 0) as area,
        1.959963984540054 * sqrt(cast(sum(concordant_variance) as {{ type_double() }}))
        / nullif(sum(pair_count), 0) as area_margin,
        {{ rate('sum(churned_count)', 'sum(client_count)') }} as churn_rate,
        {{ rate('sum(reconstructed_count)', 'sum(client_count)') }} as reconstructed_rate,
        {{ rate('sum(top_churned_count)', 'sum(top_count)') }} as top_tenth_churn_rate,
        {{ rate('sum(top_lead_days)', 'sum(top_churned_count)') }} as mean_lead_days,
        sum(probability_count) as probability_count,
        {{ rate('sum(probability_sum)', 'sum(probability_count)') }} as mean_probability,
        {{ rate('sum(judged_churned_count)', 'sum(probability_count)') }}
            as judged_churn_rate,
        {{ rate('sum(squared_error)', 'sum(probability_count)') }} as brier_score,
        {{ rate('sum(compared_squared_error)', 'sum(compared_count)') }} as compared_score,
        {{ rate('sum(base_squared_error)', 'sum(compared_count)') }} as base_brier_score,
        {{ rate('-sum(log_likelihood)', 'sum(probability_count)') }} as log_loss

    from labelled

    group by score_name, origin, origin_date
),

skilled as (
    select
        summed.*,
        skills.brier_skill_lower,
        skills.brier_skill_upper

    from summed
    left join {{ ref('active_clients', 'int_risk_skills') }} as skills
        on summed.score_name = skills.score_name
            and summed.origin = skills.origin
),

final as (
    select
        -- keys
        score_name,
        origin,

        -- numerics
        cast(client_count as bigint) as client_count,
        cast(churned_count as bigint) as churned_count,
        churn_rate,
        cast(area as decimal(12, 6)) as auc,
        case
            when area is not null
                then cast(greatest(0, area - area_margin) as decimal(12, 6))
        end as auc_lower,
        case
            when area is not null
                then cast(least(1, area + area_margin) as decimal(12, 6))
        end as auc_upper,
        top_tenth_churn_rate,
        {{ rate('top_tenth_churn_rate', 'churn_rate') }} as lift,
        mean_lead_days,
        cast(probability_count as bigint) as probability_count,
        mean_probability,
        judged_churn_rate,
        brier_score,
        base_brier_score,
        cast(
            1 - cast(compared_score as {{ type_double() }}) / nullif(base_brier_score, 0)
            as decimal(12, 6)
        ) as brier_skill,
        brier_skill_lower,
        brier_skill_upper,
        log_loss,
        reconstructed_rate,
        cast(notice_client_count as bigint) as notice_client_count,
        cast(notice_churned_count as bigint) as notice_churned_count,
        cast(past_due_client_count as bigint) as past_due_client_count,
        cast(past_due_churned_count as bigint) as past_due_churned_count,

        -- booleans
        churned_count >= {{ number_var('backtest_churned_min') }} as is_sufficient,
        churned_count >= {{ number_var('backtest_churned_min') }}
        and area is not null
        and area - area_margin > 0.5 as is_better_than_chance,
        churned_count >= {{ number_var('backtest_churned_min') }}
        and coalesce(brier_skill_lower > 0, false) as beats_base_rate,

        -- dates
        origin_date

    from skilled
)

select * from final
