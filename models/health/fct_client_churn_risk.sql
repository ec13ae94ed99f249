-- Grain: one row per client and complete week at whose end it was paying, from the first
-- model on: the probability to churn within churn_horizon_days. Who had given notice to leave
-- within them leaves; of the others by the latest logistic regression that had been trained by
-- then on outcomes known by then.

with

measures as (
    select * from {{ ref('active_clients', 'int_client_week_measures') }}
    where is_paying

    union all

    select
        week_index,
        client_id,
        is_paying,
        snapshot_date,
        'intercept' as measure,
        cast(1 as decimal(18, 6)) as measure_value

    from {{ ref('active_clients', 'int_client_week_facts') }}

    where is_paying
),

features as (
    select * from {{ ref('active_clients', 'int_client_week_facts') }}
    where is_paying
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

coefficients as (
    select * from {{ ref('active_clients', 'churn_coefficients') }}
    where horizon_days = {{ number_var('churn_horizon_days') }}
),

-- A version scores weeks from the day to which it had been trained.
model_versions as (
    select
        model_version,
        trained_to_date as valid_from,
        lead(trained_to_date) over (order by trained_to_date) as valid_to

    from coefficients

    where measure = 'intercept'
),

-- What a measure adds to the log-odds; what is not known counts as the mean of those that the
-- model was trained on.
terms as (
    select
        measures.client_id,
        coefficients.measure,
        model_versions.model_version,
        cast(
            cast(coefficients.coefficient as {{ type_double() }})
            * (
                least(coefficients.value_max, greatest(
                    coefficients.value_min, measures.measure_value
                )) - coefficients.center
            ) / coefficients.scale as decimal(18, 9)
        ) as log_odds,
        measures.snapshot_date

    from measures
    inner join model_versions
        on {{ is_within('measures.snapshot_date', 'model_versions') }}
    inner join coefficients
        on model_versions.model_version = coefficients.model_version
            and measures.measure = coefficients.measure
),

sums as (
    select
        client_id,
        snapshot_date,
        model_version,
        sum(log_odds) as log_odds,
        max(case when measure <> 'intercept' and log_odds > 0 then log_odds end)
            as driver_log_odds

    from terms

    group by client_id, snapshot_date, model_version
),

drivers as (
    select
        sums.client_id,
        sums.snapshot_date,
        min(terms.measure) as first_driver

    from sums
    inner join terms
        on sums.client_id = terms.client_id
            and sums.snapshot_date = terms.snapshot_date
            and sums.driver_log_odds = terms.log_odds

    where terms.measure <> 'intercept'

    group by sums.client_id, sums.snapshot_date
),

probable as (
    select
        sums.*,
        drivers.first_driver,
        cast(1 / (1 + exp(-cast(sums.log_odds as {{ type_double() }}))) as decimal(9, 6))
            as model_probability

    from sums
    left join drivers
        on sums.client_id = drivers.client_id
            and sums.snapshot_date = drivers.snapshot_date
),

-- What was known then to end is MRR that is lost for certain, up to what there is now.
known as (
    select
        probable.*,
        features.is_reconstructed,
        features.has_given_notice as has_notice,
        features.leaves_within_horizon,
        features.notice_date as notice_given_date,
        features.leaves_date as ends_date,
        coalesce(client_mrr.mrr_amount, 0) as mrr_amount,
        case
            when features.has_given_notice then coalesce(client_mrr.mrr_amount, 0)
            else least(
                    coalesce(features.notice_mrr_amount, 0), coalesce(client_mrr.mrr_amount, 0)
                )
        end as notice_mrr_amount,
        case
            when features.leaves_within_horizon then coalesce(client_mrr.mrr_amount, 0)
            else least(
                    coalesce(features.ending_mrr_amount, 0), coalesce(client_mrr.mrr_amount, 0)
                )
        end as ending_mrr_amount

    from probable
    inner join features
        on probable.client_id = features.client_id
            and probable.snapshot_date = features.snapshot_date
    left join client_mrr
        on probable.client_id = client_mrr.client_id
            and {{ is_within('probable.snapshot_date', 'client_mrr') }}
),

final as (
    select
        -- keys
        client_id,

        -- strings
        model_version,
        case when leaves_within_horizon then 'notice' else 'model' end as risk_basis,
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
        is_reconstructed,
        snapshot_date = max(snapshot_date) over () as is_latest,

        -- dates
        notice_given_date,
        ends_date,
        snapshot_date

    from known
)

select * from final
