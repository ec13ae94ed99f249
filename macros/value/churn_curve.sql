{#
    CTEs that turn parameters into curves, one row per curve and term from 0; the last is
    `curves`. `parameters` has curve_id, term_months, mean_logit, log_size, log_shape, and
    is_geometric, with which only the mean counts.

    survival           S(t), the share that is left after t terms
    expected_terms     S(1) + ... + S(t)
    residual_payments  discounted number of payments from the renewal that is due after t
                       terms on, that one in full (the DERL of Fader and Hardie, n = t + 1).
                       It is a sum of 120 terms and 110 years; beyond these retention stays
                       what it is in the end.
#}
{% macro churn_curve(parameters) %}
curve_parameters as (
    select
        curve_id,
        term_months,
        is_geometric,
        exp(mean_logit) / (1 + exp(mean_logit)) as mean_churn,
        exp(log_size) / (1 + exp(mean_logit)) as beta,
        exp(log_size) / (1 + exp(-mean_logit)) as alpha,
        exp(log_size) as size,
        exp(log_shape) as shape,
        power(
            1 + {{ number_var('discount_rate_annual') }},
            -cast(term_months as {{ type_double() }}) / 12
        ) as discount_factor

    from {{ parameters }}
),

curve_terms as {{ computed_once() }} (
    select
        curve_parameters.*,
        numbers.number as term_number,
        beta + power(cast(numbers.number as {{ type_double() }}), shape) as beta_now,
        size + power(cast(numbers.number as {{ type_double() }}), shape) as size_now

    from curve_parameters
    inner join {{ ref('active_clients', 'numbers') }} as numbers
        on 120 + 1320 / curve_parameters.term_months >= numbers.number
),

curve_survival as (
    select
        curve_id,
        term_number,
        discount_factor,
        case
            when is_geometric then exp(greatest(-600, term_number * ln(1 - mean_churn)))
            else exp(greatest(-600, least(0,
                {{ log_gamma_fall('beta_now', 'size_now', 'alpha') }}
                - ({{ log_gamma_fall('beta', 'size', 'alpha') }})
            )))
        end as survival

    from curve_terms
),

curve_ends as (
    select
        *,
        lag(survival) over (partition by curve_id order by term_number) as survival_before,
        lead(survival) over (partition by curve_id order by term_number) as survival_after,
        survival * power(discount_factor, term_number) as discounted_survival

    from curve_survival
),

curve_sums as (
    select
        *,
        sum(survival) over (
            partition by curve_id
            order by term_number
            rows between unbounded preceding and current row
        ) - 1 as expected_terms,
        sum(
            case
                when survival_after is not null then discounted_survival
                else discounted_survival
                    / (1 - discount_factor * survival / nullif(survival_before, 0))
            end
        ) over (
            partition by curve_id
            order by term_number desc
            rows between unbounded preceding and current row
        ) as discounted_terms

    from curve_ends
),

curves as (
    select
        curve_id,
        term_number,
        survival,
        expected_terms,
        discount_factor,
        lead(discounted_terms) over (partition by curve_id order by term_number)
        / nullif(survival * power(discount_factor, term_number + 1), 0) as residual_payments

    from curve_sums
)
{%- endmacro %}
