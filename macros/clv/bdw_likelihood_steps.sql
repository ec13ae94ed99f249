{# What the likelihood of a cell of the life table needs under the BdW; see pattern_search. #}
{% macro bdw_likelihood_steps(shape) %}
    {{- return([
        {
            'power_now': 'power(term_number, ' ~ shape ~ ')',
            'power_before': 'power(term_number - 1, ' ~ shape ~ ')',
        },
        {
            'beta_now': 'beta + power_now',
            'beta_before': 'beta + power_before',
            'size_now': 'size + power_now',
            'size_before': 'size + power_before',
        },
        {
            'log_retained': log_gamma('beta_now') ~ ' - ' ~ log_gamma('size_now')
            ~ ' - ' ~ log_gamma('beta_before') ~ ' + ' ~ log_gamma('size_before'),
        },
    ]) -}}
{% endmacro %}
