{#
    A CTE with the points of a grid around a middle: offset_1, offset_2, ... in steps, how far
    a point is from the middle, and what steps are multiplied by when the point is the best.
#}
{% macro pattern_grid(name, size, reach, shrink=1) %}
{{ name }} as (
    select
        {%- for axis in range(1, size + 1) %}
        axis_{{ axis }}.number - {{ reach }} as offset_{{ axis }},
        {%- endfor %}
        {% for axis in range(1, size + 1) -%}
        axis_{{ axis }}.number * {{ (2 * reach + 1) ** loop.index0 }}
        {{- ' + ' if not loop.last }}
        {%- endfor %} as point,
        {% for axis in range(1, size + 1) -%}
        abs(axis_{{ axis }}.number - {{ reach }}){{ ' + ' if not loop.last }}
        {%- endfor %} as distance,
        case
            when {% for axis in range(1, size + 1) -%}
            axis_{{ axis }}.number in (0, {{ 2 * reach }}){{ ' or ' if not loop.last }}
            {%- endfor %} then 1.0
            else {{ shrink }}
        end as next_scale

    from {{ ref('active_clients', 'numbers') }} as axis_1
    {%- for axis in range(2, size + 1) %}
    cross join {{ ref('active_clients', 'numbers') }} as axis_{{ axis }}
    {%- endfor %}

    where axis_1.number <= {{ 2 * reach }}
    {%- for axis in range(2, size + 1) %}
        and axis_{{ axis }}.number <= {{ 2 * reach }}
    {%- endfor %}
)
{%- endmacro %}
