{# The parameters of the models of purchases themselves, and what is the same for all clients. #}
{% macro purchase_derived() %}
    {{- return([
        {
            'r': 'exp(log_r)', 'alpha': 'exp(log_alpha)', 'a': 'exp(log_a)', 'b': 'exp(log_b)',
            'a_b': 'exp(log_a) + exp(log_b)',
        },
        {
            'log_constant': 'r * log_alpha - ' ~ log_gamma('r') ~ ' - ' ~ log_gamma('b')
            ~ ' + ' ~ log_gamma('a_b'),
        },
    ]) -}}
{% endmacro %}
