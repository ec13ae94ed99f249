{# The root of a mean: of a sum, by how many there are; null when there are none. #}
{% macro root_mean(total, number, digits=18, decimals=4) -%}
    cast(sqrt(
        cast({{ total }} as {{ type_double() }}) / nullif({{ number }}, 0)
    ) as decimal({{ digits }}, {{ decimals }}))
{%- endmacro %}
