-- Grain: one row per life table that is fitted: the shifted-beta-geometric model by maximum
-- likelihood (Fader and Hardie 2007). Each client has a constant probability of leaving at a
-- renewal, and these probabilities have a beta distribution (alpha, beta) over clients.
-- With alpha + beta above exp(7) no differences between clients can be told: degenerate.
-- The search runs over the logit of the mean churn and the logarithm of alpha + beta.

with

life_tables as (
    select * from {{ ref('int_life_tables') }}
    where is_fitted
),

cells as (
    select
        life_table_id,
        term_number,
        cast(at_risk_count as {{ type_double() }}) as at_risk,
        cast(churned_count as {{ type_double() }}) as churned

    from {{ ref('int_survival_cells') }}
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

-- Without differences between clients the mean is the share of renewals that were lost.
final as (
    select
        searched.life_table_id,
        cast(case
            when searched.log_size > 7 then -ln(
                cast(life_tables.decided_term_count - life_tables.churned_count
                as {{ type_double() }}) / life_tables.churned_count
            )
            else searched.mean_logit
        end as decimal(18, 8)) as mean_logit,
        cast(case when searched.log_size > 7 then 9 else searched.log_size end
        as decimal(18, 8)) as log_size,
        cast(searched.log_likelihood as decimal(18, 6)) as log_likelihood,
        searched.scale < 0.00001
        and abs(searched.mean_logit) < 8
        and searched.log_size > -4.9 as is_converged,
        searched.log_size > 7 as is_degenerate

    from searched
    inner join life_tables
        on searched.life_table_id = life_tables.life_table_id
)

select * from final
