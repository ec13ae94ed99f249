{#
    CTEs `name`_1 to `name`_n that invert the symmetric matrices c_1_1, c_1_2, ... (i <= j) of
    `name`_0 by sweeping one row after the other, with the columns `kept`: c_i_j of `name`_n is
    less their inverse. With `is_solved` its g_1, g_2, ... become the solution of the equations
    of which they are the right-hand side. All null where a matrix is not positive definite.
#}
{% macro swept(name, size, kept, is_solved=false) %}
{%- for pivot in range(1, size + 1) %}
{{ name }}_{{ pivot }}_pivot as {{ computed_once() }} (
    select
        *,
        case when c_{{ pivot }}_{{ pivot }} > 0.000001 then c_{{ pivot }}_{{ pivot }} end
            as divisor

    from {{ name }}_{{ pivot - 1 }}
),

{{ name }}_{{ pivot }} as (
    select
        {%- for column in kept %}
        {{ column }},
        {%- endfor %}
        {%- for i in range(1, size + 1) if is_solved %}
        {%- set c_i = 'c_' ~ [i, pivot] | min ~ '_' ~ [i, pivot] | max %}
        {% if i == pivot -%}
        g_{{ i }} / divisor
        {%- else -%}
        g_{{ i }} - {{ c_i }} * g_{{ pivot }} / divisor
        {%- endif %} as g_{{ i }},
        {%- endfor %}
        {%- for i in range(1, size + 1) %}
        {%- set is_last_row = loop.last %}
        {%- for j in range(i, size + 1) %}
        {%- set c_i = 'c_' ~ [i, pivot] | min ~ '_' ~ [i, pivot] | max %}
        {%- set c_j = 'c_' ~ [j, pivot] | min ~ '_' ~ [j, pivot] | max %}
        {% if i == pivot and j == pivot -%}
        -1 / divisor
        {%- elif i == pivot -%}
        {{ c_j }} / divisor
        {%- elif j == pivot -%}
        {{ c_i }} / divisor
        {%- else -%}
        c_{{ i }}_{{ j }} - {{ c_i }} * {{ c_j }} / divisor
        {%- endif %} as c_{{ i }}_{{ j }}{{ ',' if not is_last_row }}
        {%- endfor %}
        {%- endfor %}

    from {{ name }}_{{ pivot }}_pivot
){{ ',' if not loop.last }}
{% endfor %}
{%- endmacro %}
