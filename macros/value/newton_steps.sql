{#
    CTEs that end with `name`_steps: for every key of `best` and every damping the step of a
    newton_search as g_1, g_2, ..., and its `gain`. What a step is held back by grows with the
    curvature and the slope along its own axis.
#}
{% macro newton_steps(name, best, dampings, key, parameters, sums) %}
{%- set size = parameters | length -%}
{%- set kept = [key, 'point', 'log_likelihood'] + parameters | map(attribute='name') | list -%}
{%- for i in range(1, size + 1) -%}{%- do kept.append('slope_' ~ i) -%}{%- endfor -%}
{{ name }}_slopes as (
    select
        *,
        {%- for parameter in parameters %}
        {%- set slope = 'gradient_' ~ loop.index %}
        case
            when {{ parameter.name }} <= {{ parameter.lower }} and {{ slope }} < 0 then 0
            when {{ parameter.name }} >= {{ parameter.upper }} and {{ slope }} > 0 then 0
            else 1
        end as is_free_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ best }}
),

{{ name }}_0 as (
    select
        slopes.{{ key }},
        dampings.point,
        slopes.log_likelihood,
        {%- for parameter in parameters %}
        slopes.{{ parameter.name }},
        cast(slopes.gradient_{{ loop.index }} as {{ type_double() }})
        * slopes.is_free_{{ loop.index }} as slope_{{ loop.index }},
        cast(slopes.gradient_{{ loop.index }} as {{ type_double() }})
        * slopes.is_free_{{ loop.index }} as g_{{ loop.index }},
        {%- endfor %}
        {%- for i in range(1, size + 1) %}
        {%- set is_last_row = loop.last %}
        {%- for j in range(i, size + 1) %}
        {%- set bend = 'slopes.curvature_' ~ i ~ '_' ~ j %}
        {%- if i == j %}
        case
            when slopes.is_free_{{ i }} = 0 then 1
            else cast(-{{ bend }} as {{ type_double() }})
                + dampings.damping * cast(
                    abs({{ bend }}) + abs(slopes.gradient_{{ i }}) as {{ type_double() }}
                )
        end
        {%- else %}
        cast(-{{ bend }} as {{ type_double() }})
        * slopes.is_free_{{ i }} * slopes.is_free_{{ j }}
        {%- endif %} as c_{{ i }}_{{ j }}{{ ',' if not is_last_row }}
        {%- endfor %}
        {%- endfor %}

    from {{ name }}_slopes as slopes
    cross join {{ dampings }} as dampings
),

{{ swept(name, size, kept, is_solved=true) }},

{{ name }}_steps as (
    select
        *,
        ({%- for i in range(1, size + 1) %}slope_{{ i }} * g_{{ i }}
        {{- ' + ' if not loop.last }}{% endfor %}) / 2 as gain

    from {{ name }}_{{ size }}
)
{%- endmacro %}
