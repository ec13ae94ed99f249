{#
    CTEs that end with `name`: per key of `best`, a CTE with the parameters of a maximum, their
    covariances covariance_1_1, covariance_1_2, ... (i <= j), by the inverse of the curvature of
    the log-likelihood there; null where it is no maximum. Its is_free_1, is_free_2, ... are 1,
    and 0 for a parameter at the bound of its search, which counts as known. Arguments are those
    of pattern_search. The curvature is that of differences between points 0.02 apart; it is
    inverted by sweeping one parameter after the other.
#}
{% macro covariances(
    name, key, best, data, parameters, derived, observed, log_likelihood, steps
) %}
{%- set size = parameters | length -%}
{%- set pairs, carried, frees = [], ['distance'], [] -%}
{%- for i in range(1, size + 1) -%}
    {%- do carried.append('offset_' ~ i) -%}
    {%- do frees.append('is_free_' ~ i) -%}
    {%- for j in range(i, size + 1) -%}
        {%- do pairs.append((i, j)) -%}
    {%- endfor -%}
{%- endfor -%}
{{ pattern_grid(name ~ '_grid', size, 1) }},

{{ name }}_points as (
    select
        best.{{ key }},
        {%- for parameter in parameters %}
        best.{{ parameter.name }} + 0.02 * grid.offset_{{ loop.index }}
            as {{ parameter.name }},
        grid.offset_{{ loop.index }},
        best.is_free_{{ loop.index }},
        {%- endfor %}
        grid.point,
        grid.distance

    from {{ best }} as best
    cross join {{ name }}_grid as grid

    where grid.distance <= 2
),

{{ log_likelihoods(
    name, key, data, derived, observed, log_likelihood, steps, carried + frees
) }},

{{ name }}_curvatures as (
    select
        {{ key }},
        {%- for column in frees %}
        max({{ column }}) as {{ column }},
        {%- endfor %}
        {%- for i, j in pairs %}
        cast(sum(cast(
            {%- if i == j %}
            case
                when distance = 0 then 2
                when distance = 1 and offset_{{ i }} <> 0 then -1
            end
            {%- else %}
            cast(-0.25 as {{ type_double() }}) * offset_{{ i }} * offset_{{ j }}
            {%- endif %} * cast(log_likelihood as {{ type_double() }}) as decimal(28, 10))
        ) as {{ type_double() }}) / 0.0004 as c_{{ i }}_{{ j }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ name }}_measured

    group by {{ key }}
),

{{ name }}_0 as (
    select
        {{ key }},
        {%- for column in frees %}
        {{ column }},
        {%- endfor %}
        {%- for i, j in pairs %}
        {% if i == j -%}
        case when is_free_{{ i }} = 1 then c_{{ i }}_{{ j }} else 1 end
        {%- else -%}
        case when is_free_{{ i }} = 1 and is_free_{{ j }} = 1 then c_{{ i }}_{{ j }} else 0 end
        {%- endif %} as c_{{ i }}_{{ j }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ name }}_curvatures
),

{{ swept(name, size, kept=[key] + frees) }},

{{ name }} as (
    select
        {{ key }},
        {%- for i, j in pairs %}
        cast(case when is_free_{{ i }} = 1 and is_free_{{ j }} = 1 then -c_{{ i }}_{{ j }} else 0 end
            as decimal(28, 12))
            as covariance_{{ i }}_{{ j }}
        {{- ',' if not loop.last }}
        {%- endfor %}

    from {{ name }}_{{ size }}
)
{%- endmacro %}
