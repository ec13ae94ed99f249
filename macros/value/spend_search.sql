{#
    What newton_search needs to know of the gamma-gamma model. It looks for the logarithms of p,
    of q - 1 and of the mean p * v / (q - 1): with q beyond all bounds clients all spend alike.
#}
{% macro spend_search() %}
    {%- set likelihood = spend_likelihood() -%}
    {%- set derived = [{'log_v': 'log_mean + log_excess - log_p'}] + likelihood.derived + [{
        'digamma_q': digamma('q'),
        'trigamma_q': trigamma('q'),
    }] -%}
    {%- set steps = likelihood.steps + [
        {
            'rise_q': digamma('p_x_q') ~ ' - digamma_q',
            'rise_p': digamma('p_x_q') ~ ' - ' ~ digamma('p_x'),
            'turn_x': trigamma('p_x_q'),
            'turn_p': trigamma('p_x_q') ~ ' - ' ~ trigamma('p_x'),
            'log_total': 'ln(x * m + v)',
            'share_v': 'v / (x * m + v)',
        },
        {
            'slope_p': 'p_x * (rise_p + ln(x * m) - log_total)',
            'slope_q': '(q - 1) * (rise_q + log_v - log_total)',
            'slope_v': 'q - p_x_q * share_v',
        },
        {
            'bend_p_p': 'p_x * p_x * turn_p + slope_p',
            'bend_p_q': 'p_x * (q - 1) * turn_x',
            'bend_p_v': '-p_x * share_v',
            'bend_q_q': '(q - 1) * (q - 1) * (turn_x - trigamma_q) + slope_q',
            'bend_q_v': '(q - 1) * (1 - share_v)',
            'bend_v_v': 'slope_v - q + p_x_q * share_v * share_v',
        },
    ] -%}
    {{- return({
        'parameters': [
            {'name': 'log_p', 'spread': 2, 'lower': -6, 'upper': 9},
            {'name': 'log_excess', 'spread': 1, 'lower': -6, 'upper': 9},
            {'name': 'log_mean', 'spread': 0.2, 'lower': -9, 'upper': 25},
        ],
        'derived': derived,
        'observed': likelihood.observed,
        'steps': steps,
        'log_likelihood': likelihood.log_likelihood,
        'gradient': ['slope_p - slope_v', 'slope_q + slope_v', 'slope_v'],
        'curvature': {
            (1, 1): 'bend_p_p - 2 * bend_p_v + bend_v_v',
            (1, 2): 'bend_p_q + bend_p_v - bend_q_v - bend_v_v',
            (1, 3): 'bend_p_v - bend_v_v',
            (2, 2): 'bend_q_q + 2 * bend_q_v + bend_v_v',
            (2, 3): 'bend_q_v + bend_v_v',
            (3, 3): 'bend_v_v',
        },
    }) -}}
{% endmacro %}
