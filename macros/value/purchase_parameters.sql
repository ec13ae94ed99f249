{# The parameters of the models of purchases, as logarithms, whose errors are estimated. #}
{% macro purchase_parameters() %}
    {{- return([
        {'name': 'log_r'},
        {'name': 'log_alpha'},
        {'name': 'log_a'},
        {'name': 'log_b'},
    ]) -}}
{% endmacro %}
