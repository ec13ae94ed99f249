-- Grain: one row per life table that is fitted: the search for the sBG's maximum of likelihood.
-- It runs over the logit of the mean churn and the logarithm of alpha + beta.

with

life_tables as (
    select * from {{ ref('active_clients', 'int_life_tables') }}
    where is_fitted
),

cells as (
    select
        life_table_id,
        term_number,
        cast(at_risk_count as {{ type_double() }}) as at_risk,
        cast(churned_count as {{ type_double() }}) as churned

    from {{ ref('active_clients', 'int_survival_cells') }}
),

start as (
    select
        life_table_id,
        -ln((decided_term_count - churned_count + 0.5) / (churned_count + 0.5)) as mean_logit,
        2 as log_size

    from life_tables
),

{{ pattern_search(
    name='searched',
    key='life_table_id',
    start='start',
    data='cells',
    parameters=[
        {'name': 'mean_logit', 'step': 0.8, 'lower': -12, 'upper': 8},
        {'name': 'log_size', 'step': 1.5, 'lower': -5, 'upper': 9},
    ],
    derived=[{
        'alpha': 'exp(log_size) / (1 + exp(-mean_logit))',
        'beta': 'exp(log_size) / (1 + exp(mean_logit))',
    }],
    observed=['term_number', 'at_risk', 'churned'],
    log_likelihood=
        'churned * ln(alpha) + (at_risk - churned) * ln(beta + term_number - 1)'
        ~ ' - at_risk * ln(alpha + beta + term_number - 1)',
    rounds=26,
) }},

final as (
    select
        life_table_id,
        mean_logit,
        log_size,
        scale,
        cast(log_likelihood as decimal(18, 6)) as log_likelihood

    from searched
)

select * from final
