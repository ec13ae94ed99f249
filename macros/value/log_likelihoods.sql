{#
    CTEs that end with `name`_measured: the log-likelihood of every key and point of
    `name`_points, a CTE with parameters, and the columns of it that are carried along.
    Arguments are those of pattern_search; `sums` are more expressions to be summed, by name.
    Terms are summed as decimals, which is exact in any order.
#}
{% macro log_likelihoods(
    name, key, data, derived, observed, log_likelihood, steps, carried, sums={}
) %}
{% for stage in derived %}
{{ name }}_{{ 'tried' if loop.last else 'derived_' ~ loop.index }} as
{{- ' ' ~ computed_once() if loop.last }} (
    select
        *
        {%- for column, expression in stage.items() %},
        {{ expression }} as {{ column }}
        {%- endfor %}

    from {{ name }}_{{ 'points' if loop.first else 'derived_' ~ (loop.index - 1) }}
),
{% endfor %}
{{ name }}_rows as {{ computed_once(is_large=true) }} (
    select
        tried.*
        {%- for column in observed %},
        observed.{{ column }}
        {%- endfor %}

    from {{ name }}_tried as tried
    inner join {{ data }} as observed
        on tried.{{ key }} = observed.{{ key }}
),
{% for step in steps %}
{{ name }}_rows_{{ loop.index }} as {{ computed_once(is_large=true) }} (
    select
        *
        {%- for column, expression in step.items() %},
        {{ expression }} as {{ column }}
        {%- endfor %}

    from {{ name }}_rows{{ '_' ~ (loop.index - 1) if not loop.first }}
),
{% endfor %}
{{ name }}_measured as (
    select
        {{ key }},
        point,
        {%- for column in carried %}
        max({{ column }}) as {{ column }},
        {%- endfor %}
        {%- for column, expression in sums.items() %}
        sum(cast({{ expression }} as decimal(28, 10))) as {{ column }},
        {%- endfor %}
        sum(cast({{ log_likelihood }} as decimal(28, 10))) as log_likelihood

    from {{ name }}_rows{{ '_' ~ (steps | length) if steps }}

    group by {{ key }}, point
)
{%- endmacro %}
