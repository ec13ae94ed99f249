{#
    The logarithm of the likelihood of a cell of the life table under the BdW, over the columns
    of bdw_likelihood_steps. The retention at term t is S(t) / S(t - 1), with
    S(t) = B(alpha, beta + t^shape) / B(alpha, beta).
#}
{% macro bdw_log_likelihood() -%}
    churned * ln(greatest(1e-15, 1 - exp(greatest(-600, log_retained))))
        + (at_risk - churned) * log_retained
{%- endmacro %}
