-- Grain: one row per client and complete week at whose end it was paying, from the first
-- model on: the probability to churn within churn_horizon_days, by the latest logistic
-- regression that had been trained by then on outcomes known by then.

with

terms as (
    select * from {{ ref('int_churn_terms') }}
),

client_mrr as (
    select * from {{ ref('fct_client_mrr') }}
),

ranked_terms as (
    select
        *,
        row_number() over (
            partition by client_id, snapshot_date
            order by
                case when measure = 'intercept' then 1 else 0 end asc,
                log_odds desc,
                measure asc
        ) as term_rank

    from terms
),

sums as (
    select
        client_id,
        snapshot_date,
        model_version,
        sum(log_odds) as log_odds,
        max(case
            when term_rank = 1 and log_odds > 0 and measure <> 'intercept' then measure
        end) as first_driver

    from ranked_terms

    group by client_id, snapshot_date, model_version
),

probable as (
    select
        *,
        cast(1 / (1 + exp(-cast(log_odds as {{ type_double() }}))) as decimal(9, 6))
            as churn_probability

    from sums
),

final as (
    select
        -- keys
        probable.client_id,

        -- strings
        probable.model_version,
        probable.first_driver,

        -- numerics
        probable.churn_probability,
        coalesce(client_mrr.mrr_amount, 0) as mrr_amount,
        cast(
            probable.churn_probability * coalesce(client_mrr.mrr_amount, 0)
            as decimal(18, 4)
        ) as at_risk_mrr_amount,
        cast({{ number_var('churn_horizon_days', 1) }} as integer) as horizon_days,

        -- booleans
        probable.snapshot_date = max(probable.snapshot_date) over () as is_latest,

        -- dates
        probable.snapshot_date

    from probable
    left join client_mrr
        on probable.client_id = client_mrr.client_id
            and {{ is_within('probable.snapshot_date', 'client_mrr') }}
)

select * from final
