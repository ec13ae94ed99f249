-- Grain: one row per client and complete week at whose end it was paying, from the first
-- model on: the probability to churn within churn_horizon_days, by the latest logistic
-- regression that had been trained by then on outcomes known by then.

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

final as (
    select
        sums.*,
        drivers.first_driver,
        cast(1 / (1 + exp(-cast(sums.log_odds as {{ type_double() }}))) as decimal(9, 6))
            as model_probability

    from sums
    left join drivers
        on sums.client_id = drivers.client_id
            and sums.snapshot_date = drivers.snapshot_date
)

select * from final
