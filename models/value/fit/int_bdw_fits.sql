-- Grain: one row per life table that is fitted: the beta-discrete-Weibull model by maximum
-- likelihood (Fader, Hardie, Liu, Davin and Steenburgh 2018). As the sBG, but each client's
-- probability of leaving rises (shape > 1) or falls (shape < 1) with tenure. It starts from
-- the sBG, which is its case of shape 1, so that it can only be likelier.

with

sbg_fits as (
    select * from {{ ref('active_clients', 'int_sbg_fits') }}
),

cells as (
    select
        life_table_id,
        cast(term_number as {{ type_double() }}) as term_number,
        cast(at_risk_count as {{ type_double() }}) as at_risk,
        cast(churned_count as {{ type_double() }}) as churned

    from {{ ref('active_clients', 'int_survival_cells') }}
),

start as (
    select
        life_table_id,
        mean_logit,
        case when log_size > 6 then 6 else log_size end as log_size,
        0 as log_shape

    from sbg_fits
),

{{ pattern_search(
    name='searched',
    key='life_table_id',
    start='start',
    data='cells',
    parameters=[
        {'name': 'mean_logit', 'step': 0.3, 'lower': -12, 'upper': 8},
        {'name': 'log_size', 'step': 0.6, 'lower': -5, 'upper': 9},
        {'name': 'log_shape', 'step': 0.3, 'lower': -2, 'upper': 2},
    ],
    derived=[{
        'beta': 'exp(log_size) / (1 + exp(mean_logit))',
        'alpha': 'exp(log_size) / (1 + exp(-mean_logit))',
        'size': 'exp(log_size)',
        'shape': 'exp(log_shape)',
    }],
    observed=['term_number', 'at_risk', 'churned'],
    steps=bdw_likelihood_steps('shape'),
    log_likelihood=bdw_log_likelihood(),
    rounds=30,
    shrink=0.5,
) }},

final as (
    select
        life_table_id,
        cast(mean_logit as decimal(18, 8)) as mean_logit,
        cast(log_size as decimal(18, 8)) as log_size,
        cast(log_shape as decimal(18, 8)) as log_shape,
        cast(log_likelihood as decimal(18, 6)) as log_likelihood,
        scale < 0.0001
        and abs(mean_logit) < 8
        and log_size > -4.9
        and abs(log_shape) < 1.99 as is_converged,
        log_size > 7 as is_degenerate

    from searched
)

select * from final
