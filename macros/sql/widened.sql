{#
    A decimal whose product with another one does not overflow: DuckDB multiplies decimals of 18
    digits in 64 bits, whatever digits the product would need. No value changes.
#}
{% macro widened(value, scale=4) -%}
    cast({{ value }} as decimal(19, {{ scale }}))
{%- endmacro %}
