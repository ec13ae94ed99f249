-- Grain: one row per life table that is fitted: the shifted-beta-geometric model by maximum
-- likelihood (Fader and Hardie 2007). Each client has a constant probability of leaving at a
-- renewal, and these probabilities have a beta distribution (alpha, beta) over clients.
-- With alpha + beta above exp(7) no differences between clients can be told: degenerate.

with

life_tables as (
    select * from {{ ref('active_clients', 'int_life_tables') }}
),

searched as (
    select
        *,
        exp(log_size) / (1 + exp(-mean_logit)) as alpha,
        exp(log_size) / (1 + exp(mean_logit)) as beta

    from {{ ref('active_clients', 'int_sbg_search_fits') }}
),

cells as (
    select
        life_table_id,
        cast(term_number as {{ type_double() }}) as term_number,
        cast(at_risk_count as {{ type_double() }}) as at_risk,
        cast(churned_count as {{ type_double() }}) as churned

    from {{ ref('active_clients', 'int_survival_cells') }}
),

-- One step of Newton's method from the point found: the grid alone gives four digits.
slopes as (
    select
        searched.life_table_id,
        max(searched.alpha) as alpha,
        max(searched.beta) as beta,
        {%- for name, term in {
            'slope_alpha': 'churned / alpha - at_risk / (alpha + beta + term_number - 1)',
            'slope_beta': '(at_risk - churned) / (beta + term_number - 1)'
            ~ ' - at_risk / (alpha + beta + term_number - 1)',
            'curve_alpha': 'churned / power(alpha, 2)',
            'curve_beta': '(at_risk - churned) / power(beta + term_number - 1, 2)',
            'curve_both': 'at_risk / power(alpha + beta + term_number - 1, 2)',
        }.items() %}
        cast(sum(cast({{ term }} as {{ type_ledger_sum(12) }})) as {{ type_double() }})
            as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}

    from searched
    inner join cells
        on searched.life_table_id = cells.life_table_id

    group by searched.life_table_id
),

polished as (
    select
        life_table_id,
        alpha + (slope_alpha * (curve_beta - curve_both) + slope_beta * curve_both)
        / nullif(curve_alpha * curve_beta - curve_both * (curve_alpha + curve_beta), 0)
            as alpha,
        beta + (slope_beta * (curve_alpha - curve_both) + slope_alpha * curve_both)
        / nullif(curve_alpha * curve_beta - curve_both * (curve_alpha + curve_beta), 0)
            as beta

    from slopes
),

judged as (
    select
        searched.life_table_id,
        searched.mean_logit,
        searched.log_size,
        searched.scale,
        searched.log_likelihood,
        life_tables.churned_count,
        life_tables.decided_term_count,
        polished.alpha,
        polished.beta,
        searched.log_size > 7 as is_degenerate,
        polished.alpha > 0 and polished.beta > 0
        and abs(ln(greatest(1e-9, polished.alpha + polished.beta)) - searched.log_size) < 0.01
            as is_polished

    from searched
    inner join life_tables
        on searched.life_table_id = life_tables.life_table_id
    inner join polished
        on searched.life_table_id = polished.life_table_id
),

-- Without differences between clients the mean is the share of renewals that were lost.
final as (
    select
        life_table_id,
        cast(case
            when is_degenerate then ln(
                cast(churned_count as {{ type_double() }}) / (decided_term_count - churned_count)
            )
            when is_polished then ln(alpha / beta)
            else mean_logit
        end as decimal(18, 8)) as mean_logit,
        cast(case
            when is_degenerate then 9
            when is_polished then ln(alpha + beta)
            else log_size
        end as decimal(18, 8)) as log_size,
        cast(log_likelihood as decimal(18, 6)) as log_likelihood,
        scale < 0.00001 and abs(mean_logit) < 8 and log_size > -4.9 as is_converged,
        is_degenerate

    from judged
)

select * from final
