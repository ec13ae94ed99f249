-- Grain: one row per life table with a chosen model on as_of_date and replicate: the chosen
-- model fitted to the replicate's losses. The sBG is the BdW whose shape stays 1.

with

models as (
    select * from {{ ref('active_clients', 'int_survival_models') }}
    where is_chosen
),

cells as (
    select
        replicate_id,
        life_table_id,
        fitted_model,
        replicate_number,
        cast(term_number as {{ type_double() }}) as term_number,
        cast(at_risk_count as {{ type_double() }}) as at_risk,
        cast(drawn_churned_count as {{ type_double() }}) as churned

    from {{ ref('active_clients', 'int_churn_replicate_cells') }}
),

replicates as (
    select distinct
        replicate_id,
        life_table_id,
        fitted_model,
        replicate_number

    from cells
),

start as (
    select
        replicates.replicate_id,
        models.mean_logit,
        models.log_size,
        models.log_shape,
        case when replicates.fitted_model = 'bdw' then 1 else 0 end as has_shape

    from replicates
    inner join models
        on replicates.life_table_id = models.life_table_id
            and replicates.fitted_model = models.fitted_model
),

{{ pattern_search(
    name='searched',
    key='replicate_id',
    start='start',
    data='cells',
    parameters=[
        {'name': 'mean_logit', 'step': 0.4, 'lower': -12, 'upper': 8},
        {'name': 'log_size', 'step': 0.8, 'lower': -5, 'upper': 9},
        {'name': 'log_shape', 'step': 0.2, 'lower': -2, 'upper': 2},
    ],
    derived=[{
        'beta': 'exp(log_size) / (1 + exp(mean_logit))',
        'alpha': 'exp(log_size) / (1 + exp(-mean_logit))',
        'size': 'exp(log_size)',
    }],
    observed=['term_number', 'at_risk', 'churned'],
    steps=bdw_likelihood_steps('exp(log_shape * has_shape)'),
    log_likelihood=bdw_log_likelihood(),
    reach=1,
    rounds=14,
    shrink=0.5,
    kept=['has_shape'],
    tried='best.has_shape = 1 or grid.offset_3 = 0',
) }},

final as (
    select
        replicates.life_table_id,
        replicates.fitted_model,
        replicates.replicate_number,
        replicates.replicate_id,
        cast(searched.mean_logit as decimal(18, 8)) as mean_logit,
        cast(searched.log_size as decimal(18, 8)) as log_size,
        cast(searched.log_shape as decimal(18, 8)) as log_shape

    from searched
    inner join replicates
        on searched.replicate_id = replicates.replicate_id
)

select * from final
