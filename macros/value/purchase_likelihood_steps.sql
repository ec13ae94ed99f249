{#
    What the likelihood of a purchase history needs, BG/NBD (shift 0) or MBG/NBD (shift 1); see
    pattern_search. `log_odds` is the logarithm of the odds of having dropped out.
#}
{% macro purchase_likelihood_steps() %}
    {{- return([
        {
            'r_x': 'r + x',
            'b_x': 'b + x + shift',
            'a_b_x': 'a + b + x + shift',
            'log_age': 'ln(alpha + age)',
            'log_odds': 'log_a - ln(greatest(1e-9, b + x - 1 + shift))'
            ~ ' + (r + x) * (ln(alpha + age) - ln(alpha + recency))',
        },
        {
            'log_history': log_gamma('r_x') ~ ' - r_x * log_age + ' ~ log_gamma('b_x')
            ~ ' - ' ~ log_gamma('a_b_x') ~ ' + log_constant',
            'log_either': 'case when x + shift > 0 then greatest(0, log_odds)'
            ~ ' + ln(1 + exp(-least(600, abs(log_odds)))) else 0 end',
        },
    ]) -}}
{% endmacro %}
