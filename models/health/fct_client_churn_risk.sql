-- Grain: one row per client and complete week at whose end it was paying, from the first
-- model on: the probability to churn within churn_horizon_days. Who had given notice to leave
-- within them leaves; of the others the model speaks, and `has_skill` says whether it has
-- been better than the base rate.

with

scores as (
    select * from {{ ref('active_clients', 'int_client_churn_scores') }}
),

features as (
    select * from {{ ref('active_clients', 'int_client_week_facts') }}
    where is_paying
),

skills as (
    select max(case when beats_base_rate then 1 else 0 end) as skill_count
    from {{ ref('active_clients', 'fct_health_backtest') }}
    where score_name = 'churn_probability' and origin = 'all'
),

-- What was known then to end is MRR that is lost for certain, up to what was paid.
known as (
    select
        scores.*,
        features.is_reconstructed,
        features.has_given_notice as has_notice,
        features.is_past_due,
        features.leaves_within_horizon,
        features.notice_date as notice_given_date,
        features.leaves_date as ends_date,
        coalesce(skills.skill_count, 0) = 1 as has_skill,
        cast(features.known_mrr_amount as decimal(18, 4)) as mrr_amount,
        case
            when features.has_given_notice then features.known_mrr_amount
            else least(coalesce(features.notice_mrr_amount, 0), features.known_mrr_amount)
        end as notice_mrr_amount,
        case
            when features.leaves_within_horizon then features.known_mrr_amount
            else least(coalesce(features.ending_mrr_amount, 0), features.known_mrr_amount)
        end as ending_mrr_amount

    from scores
    cross join skills
    inner join features
        on scores.client_id = features.client_id
            and scores.snapshot_date = features.snapshot_date
),

final as (
    select
        -- keys
        client_id,

        -- strings
        model_version,
        case
            when leaves_within_horizon then 'notice'
            when is_past_due then 'past_due'
            else 'model'
        end as risk_basis,
        case when leaves_within_horizon then 'notice' else first_driver end as first_driver,

        -- numerics
        case when leaves_within_horizon then cast(1 as decimal(9, 6))
            else model_probability
        end as churn_probability,
        model_probability,
        mrr_amount,
        cast(notice_mrr_amount as decimal(18, 4)) as notice_mrr_amount,
        cast(
            ending_mrr_amount
            + {{ widened('mrr_amount - ending_mrr_amount') }} * model_probability
            as decimal(18, 4)
        ) as at_risk_mrr_amount,
        cast({{ number_var('churn_horizon_days') }} as integer) as horizon_days,

        -- booleans
        has_notice,
        coalesce(is_past_due, false) as is_past_due,
        has_skill,
        is_reconstructed,
        snapshot_date = max(snapshot_date) over () as is_latest,

        -- dates
        notice_given_date,
        ends_date,
        snapshot_date

    from known
)

select * from final
