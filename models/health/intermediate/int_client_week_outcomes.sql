-- Grain: one row per scored client and complete week at whose end it was paying, in truth and
-- as known then: whether its MRR fell to 0 within churn_horizon_days. Null until they have
-- elapsed; only scores may not know the future. Who had given notice was known to leave,
-- and who was past due leaves by the rule of grace unless it pays: `is_predicted` leaves both
-- to no score.

with

health as (
    select * from {{ ref('active_clients', 'fct_client_health') }}
),

features as (
    select * from {{ ref('active_clients', 'int_client_week_facts') }}
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

dated as (
    select
        features.week_index,
        features.tenure_days,
        features.is_past_due,
        features.is_reconstructed,
        health.client_id,
        health.health_band,
        health.health_score,
        health.has_given_notice,
        health.snapshot_date,
        {{ add_days('health.snapshot_date', number_var('churn_horizon_days')) }}
            as outcome_date

    from health
    inner join features
        on health.client_id = features.client_id
            and health.snapshot_date = features.snapshot_date
    inner join client_mrr
        on health.client_id = client_mrr.client_id
            and {{ is_within('health.snapshot_date', 'client_mrr') }}

    where client_mrr.mrr_amount > 0
),

churned as (
    select
        dated.week_index,
        dated.client_id,
        min(client_mrr.valid_from) as churned_date

    from dated
    inner join client_mrr
        on dated.client_id = client_mrr.client_id
            and dated.snapshot_date < client_mrr.valid_from
            and dated.outcome_date >= client_mrr.valid_from
            and client_mrr.mrr_amount = 0

    group by dated.week_index, dated.client_id
),

final as (
    select
        dated.week_index,
        dated.client_id,
        dated.health_band,
        dated.health_score,
        case
            when dated.tenure_days < 90 then 'below_90_days'
            when dated.tenure_days < 365 then 'below_a_year'
            else 'a_year_or_more'
        end as tenure_band,
        case
            when dated.outcome_date <= as_of.as_of_date
                then case when churned.client_id is null then 0 else 1 end
        end as churned_count,
        mod(dated.week_index, {{ number_var('backtest_origin_weeks') }}) = 0 as is_origin,
        not dated.has_given_notice and not dated.is_past_due as is_predicted,
        dated.is_past_due,
        dated.has_given_notice,
        dated.is_reconstructed,
        churned.churned_date,
        dated.outcome_date,
        dated.snapshot_date

    from dated
    cross join as_of
    left join churned
        on dated.week_index = churned.week_index
            and dated.client_id = churned.client_id
)

select * from final
