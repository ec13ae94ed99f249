-- Grain: one row per client and complete week at whose end it was paying, from the first
-- model on: the probability to churn within churn_horizon_days, by the latest logistic
-- regression that had been trained by then on outcomes known by then.

with

measures as (
    select * from {{ ref('int_client_week_measures') }}
),

health as (
    select * from {{ ref('fct_client_health') }}
),

client_mrr as (
    select * from {{ ref('fct_client_mrr') }}
),

coefficients as (
    select * from {{ ref('churn_coefficients') }}
    where horizon_days = {{ number_var('churn_horizon_days', 1) }}
),

model_versions as (
    select
        model_version,
        trained_to_date as valid_from,
        lead(trained_to_date) over (order by trained_to_date) as valid_to,
        coefficient as intercept

    from coefficients

    where measure = 'intercept'
),

scored_clients as (
    select
        health.client_id,
        health.snapshot_date,
        model_versions.model_version,
        model_versions.intercept

    from health
    inner join model_versions
        on {{ is_within('health.snapshot_date', 'model_versions') }}
),

-- What is not known of a client counts as the mean of those it was trained on: 0.
terms as (
    select
        scored_clients.client_id,
        scored_clients.snapshot_date,
        coefficients.measure,
        cast(
            cast(coefficients.coefficient as {{ type_double() }})
            * (
                least(coefficients.value_max, greatest(
                    coefficients.value_min, measures.measure_value
                )) - coefficients.center
            ) / coefficients.scale as decimal(18, 9)
        ) as log_odds

    from scored_clients
    inner join coefficients
        on scored_clients.model_version = coefficients.model_version
            and coefficients.measure <> 'intercept'
    inner join measures
        on scored_clients.client_id = measures.client_id
            and scored_clients.snapshot_date = measures.snapshot_date
            and coefficients.measure = measures.measure
),

ranked_terms as (
    select
        *,
        row_number() over (
            partition by client_id, snapshot_date
            order by log_odds desc, measure asc
        ) as term_rank

    from terms
),

sums as (
    select
        client_id,
        snapshot_date,
        sum(log_odds) as log_odds,
        max(case when term_rank = 1 and log_odds > 0 then measure end) as first_driver

    from ranked_terms

    group by client_id, snapshot_date
),

probable as (
    select
        scored_clients.*,
        sums.first_driver,
        cast(1 / (1 + exp(-cast(
            scored_clients.intercept + coalesce(sums.log_odds, 0) as {{ type_double() }}
        ))) as decimal(9, 6)) as churn_probability

    from scored_clients
    left join sums
        on scored_clients.client_id = sums.client_id
            and scored_clients.snapshot_date = sums.snapshot_date
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
        cast(probable.churn_probability * coalesce(client_mrr.mrr_amount, 0)
            as decimal(18, 4)) as expected_churned_mrr_amount,
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
