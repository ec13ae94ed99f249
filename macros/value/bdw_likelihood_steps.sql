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
            'log_gamma_beta_now': log_gamma('beta_now'),
            'log_gamma_beta_before': log_gamma('beta_before'),
            'log_gamma_size_now': log_gamma('size_now'),
            'log_gamma_size_before': log_gamma('size_before'),
        },
        {
            'log_retained': log_gamma_fall(
                'beta_now', 'size_now', 'alpha', 'log_gamma_beta_now', 'log_gamma_size_now'
            ) ~ ' - (' ~ log_gamma_fall(
                'beta_before', 'size_before', 'alpha',
                'log_gamma_beta_before', 'log_gamma_size_before'
            ) ~ ')',
        },
    ]) -}}
{% endmacro %}
