{# The parameters of the models of purchases themselves. #}
{% macro purchase_derived() %}
    {{- return({
        'r': 'exp(log_r)', 'alpha': 'exp(log_alpha)', 'a': 'exp(log_a)', 'b': 'exp(log_b)',
    }) -}}
{% endmacro %}
