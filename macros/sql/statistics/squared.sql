{#
    The square of a decimal, exact. One factor has 18 digits: Spark has no more than 38 for both.
#}
{% macro squared(number, scale=4) -%}
    cast({{ number }} as decimal(18, {{ scale }})) * {{ widened(number, scale) }}
{%- endmacro %}
