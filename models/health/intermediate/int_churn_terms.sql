-- Grain: one row per complete week at whose end a client was paying, from the first model of
-- churn on, and measure of the model that is known of it, or `intercept`: what it adds to the
-- log-odds of churn. What is not known counts as the mean of those the model was trained on.

with

measures as (
    select * from {{ ref('int_client_week_measures') }}
    where is_paying

    union all

    select
        week_index,
        client_id,
        is_paying,
        snapshot_date,
        'intercept' as measure,
        cast(1 as decimal(18, 6)) as measure_value

    from {{ ref('int_client_week_facts') }}

    where is_paying
),

coefficients as (
    select * from {{ ref('churn_coefficients') }}
    where horizon_days = {{ number_var('churn_horizon_days', 1) }}
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

final as (
    select
        measures.week_index,
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
)

select * from final
