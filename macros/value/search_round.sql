{#
    CTEs of one round of a pattern_search: from `best`, the best points so far, to `name`, those
    after it. `kept` are columns of `best` that stay as they are; the rest is as there.
#}
{% macro search_round(
    name, best, grid, key, data, parameters, derived, observed, log_likelihood, steps,
    kept, tried
) %}
{%- set names = parameters | map(attribute='name') | list -%}
{{ name }}_points as (
    select
        best.{{ key }},
        {%- for parameter in parameters %}
        least({{ parameter.upper }}, greatest({{ parameter.lower }},
            best.{{ parameter.name }}
            + {{ parameter.step }} * best.scale * grid.offset_{{ loop.index }}
        )) as {{ parameter.name }},
        {%- endfor %}
        {%- for column in kept %}
        best.{{ column }},
        {%- endfor %}
        grid.point,
        grid.distance,
        best.scale * grid.next_scale as scale

    from {{ best }} as best
    cross join {{ grid }} as grid
    {%- if tried %}

    where {{ tried }}
    {%- endif %}
),

{{ log_likelihoods(
    name, key, data, derived, observed, log_likelihood, steps,
    carried=names + kept + ['distance', 'scale']
) }},

{{ name }} as (
    select
        {{ key }},
        {%- for column in names + kept %}
        {{ column }},
        {%- endfor %}
        scale,
        log_likelihood

    from (
        select
            *,
            row_number() over (
                partition by {{ key }}
                order by cast(log_likelihood as decimal(28, 8)) desc, distance asc, point asc
            ) as place

        from {{ name }}_measured
    ) as placed

    where place = 1
)
{%- endmacro %}
