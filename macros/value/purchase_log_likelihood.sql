{# The logarithm of the likelihood of a purchase history; see purchase_likelihood_steps. #}
{% macro purchase_log_likelihood() -%}
    clients * (log_history + log_either)
{%- endmacro %}
