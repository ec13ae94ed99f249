{#
    What covariances need to know of the gamma-gamma model: of x purchases worth m on average,
    with p, q = 1 + excess and v.
#}
{% macro spend_likelihood() %}
    {{- return({
        'parameters': [
            {'name': 'log_p'},
            {'name': 'log_excess'},
            {'name': 'log_v'},
        ],
        'derived': [
            {'p': 'exp(log_p)', 'q': '1 + exp(log_excess)', 'v': 'exp(log_v)'},
            {'log_constant': 'q * log_v - ' ~ log_gamma('q')},
        ],
        'observed': ['x', 'm'],
        'steps': [
            {'p_x': 'p * x', 'p_x_q': 'p * x + q'},
            {'log_spend': log_gamma('p_x_q') ~ ' - ' ~ log_gamma('p_x') ~ ' + log_constant'},
        ],
        'log_likelihood': 'log_spend + (p_x - 1) * ln(m) + p_x * ln(x)'
        ~ ' - p_x_q * ln(x * m + v)',
    }) -}}
{% endmacro %}
