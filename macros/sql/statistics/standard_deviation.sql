{#
    The standard deviation of a sample, with six decimals, from its sum, its sum of squares and
    how many there are; null below two.
#}
{% macro standard_deviation(total, squares, number) -%}
    {%- set n = 'cast(' ~ number ~ ' as ' ~ type_double() ~ ')' -%}
    cast(sqrt(greatest(0, (
        {{ squares }} - cast({{ total }} as {{ type_double() }}) * {{ total }} / {{ n }}
    ) / nullif({{ n }} - 1, 0))) as decimal(12, 6))
{%- endmacro %}
