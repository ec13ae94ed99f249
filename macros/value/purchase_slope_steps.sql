{#
    How the likelihood of a purchase history changes with the logarithms of r, alpha, a and b,
    after purchase_likelihood_steps and with the columns of purchase_search: slope_*, and the
    change of these, bend_*, but for what the odds of having dropped out have to do with it.
    That is `doubt` times the changes of their logarithm with two parameters of the search,
    odds_1 to odds_4. `dropped` is the chance of having dropped out.
#}
{% macro purchase_slope_steps() %}
    {{- return([
        {
            'rise_r': digamma('r_x') ~ ' - digamma_r',
            'rise_b': digamma('b_x') ~ ' - digamma_b',
            'fall_a_b': 'digamma_a_b - ' ~ digamma('a_b_x'),
            'turn_r': trigamma('r_x') ~ ' - trigamma_r',
            'turn_b': trigamma('b_x') ~ ' - trigamma_b',
            'turn_a_b': 'trigamma_a_b - ' ~ trigamma('a_b_x'),
            'log_silence': 'log_age - ln(alpha + recency)',
            'share_age': 'alpha / (alpha + age)',
            'share_recency': 'alpha / (alpha + recency)',
            'share_b': 'b / greatest(1e-9, b + x - 1 + shift)',
            'rarer_odds': 'exp(-least(600, abs(log_odds)))',
        },
        {
            'dropped': 'case when x + shift = 0 then 0 when log_odds > 0'
            ~ ' then 1 / (1 + rarer_odds) else rarer_odds / (1 + rarer_odds) end',
            'odds_1': 'r * log_silence + r_x * (share_age - share_recency)',
            'odds_2': 'r_x * (share_recency - share_age)',
            'odds_3': '1 - mean + mean * share_b',
            'odds_4': '1 - share_b',
        },
        {
            'doubt': 'dropped * (1 - dropped)',
            'slope_r': 'r * (rise_r + log_alpha - log_age + dropped * log_silence)',
            'slope_alpha': 'r - r_x * share_age - dropped * odds_2',
            'slope_a': 'a * fall_a_b + dropped',
            'slope_b': 'b * (rise_b + fall_a_b) - dropped * share_b',
        },
        {
            'bend_r_r': 'r * r * turn_r + slope_r',
            'bend_r_alpha': 'r - r * share_age + dropped * r * (share_age - share_recency)',
            'bend_alpha_alpha': 'slope_alpha - r + r_x * share_age * share_age'
            ~ ' + dropped * odds_2 * (share_recency + share_age)',
            'bend_a_a': 'a * a * turn_a_b - dropped + slope_a',
            'bend_a_b': 'a * b * turn_a_b',
            'bend_b_b': 'b * b * (turn_b + turn_a_b) + dropped * share_b * share_b + slope_b',
        },
    ]) -}}
{% endmacro %}
