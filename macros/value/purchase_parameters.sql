{# Where the parameters of the models of purchases are looked for, as logarithms. #}
{% macro purchase_parameters() %}
    {{- return([
        {'name': 'log_r', 'step': 0.5, 'lower': -9, 'upper': 9},
        {'name': 'log_alpha', 'step': 0.5, 'lower': -9, 'upper': 13},
        {'name': 'log_a', 'step': 0.5, 'lower': -9, 'upper': 9},
        {'name': 'log_b', 'step': 0.5, 'lower': -9, 'upper': 9},
    ]) -}}
{% endmacro %}
