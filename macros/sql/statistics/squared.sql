{# The square of a number, exact to twelve decimals. #}
{% macro squared(number) -%}
    cast(({{ number }}) * ({{ number }}) as decimal(28, 12))
{%- endmacro %}
