{#
    What newton_search needs to know of the models of purchases. It looks for the logarithm of
    r, that of the mean rate r / alpha, the logit of the mean chance to drop out a / (a + b) and
    the logarithm of a + b: with r, or with a + b, beyond all bounds clients are all alike, and
    with a + b at nothing who drops out does so at the first chance.
#}
{% macro purchase_search() %}
    {%- set derived = [{
        'log_alpha': 'log_r - log_rate',
        'log_a': 'log_size - ln(1 + exp(-mean_logit))',
        'log_b': 'log_size - ln(1 + exp(mean_logit))',
    }] + purchase_derived() + [{
        'mean': 'a / a_b',
        'digamma_r': digamma('r'),
        'digamma_b': digamma('b'),
        'digamma_a_b': digamma('a_b'),
        'trigamma_r': trigamma('r'),
        'trigamma_b': trigamma('b'),
        'trigamma_a_b': trigamma('a_b'),
    }] -%}
    {{- return({
        'parameters': [
            {'name': 'log_r', 'spread': 1, 'lower': -9, 'upper': 9},
            {'name': 'log_rate', 'spread': 0.5, 'lower': -12, 'upper': 3},
            {'name': 'mean_logit', 'spread': 1, 'lower': -9, 'upper': 9},
            {'name': 'log_size', 'spread': 1, 'lower': -4, 'upper': 9},
        ],
        'derived': derived,
        'observed': ['shift', 'x', 'recency', 'age', 'clients'],
        'steps': purchase_likelihood_steps() + purchase_slope_steps(),
        'log_likelihood': purchase_log_likelihood(),
        'gradient': [
            'clients * (slope_r + slope_alpha)',
            '-clients * slope_alpha',
            'clients * ((1 - mean) * slope_a - mean * slope_b)',
            'clients * (slope_a + slope_b)',
        ],
        'curvature': {
            (1, 1): 'clients * (bend_r_r + 2 * bend_r_alpha + bend_alpha_alpha'
            ~ ' + doubt * odds_1 * odds_1)',
            (1, 2): '-clients * (bend_r_alpha + bend_alpha_alpha - doubt * odds_1 * odds_2)',
            (1, 3): 'clients * doubt * odds_1 * odds_3',
            (1, 4): 'clients * doubt * odds_1 * odds_4',
            (2, 2): 'clients * (bend_alpha_alpha + doubt * odds_2 * odds_2)',
            (2, 3): 'clients * doubt * odds_2 * odds_3',
            (2, 4): 'clients * doubt * odds_2 * odds_4',
            (3, 3): 'clients * ((1 - mean) * (1 - mean) * bend_a_a - 2 * mean * (1 - mean)'
            ~ ' * bend_a_b + mean * mean * bend_b_b - mean * (1 - mean) * (slope_a + slope_b)'
            ~ ' + doubt * odds_3 * odds_3)',
            (3, 4): 'clients * ((1 - mean) * (bend_a_a + bend_a_b)'
            ~ ' - mean * (bend_a_b + bend_b_b) + doubt * odds_3 * odds_4)',
            (4, 4): 'clients * (bend_a_a + 2 * bend_a_b + bend_b_b + doubt * odds_4 * odds_4)',
        },
    }) -}}
{% endmacro %}
