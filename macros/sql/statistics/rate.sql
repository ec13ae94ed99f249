{# A share or ratio with six decimals; null when nothing is divided by. #}
{% macro rate(numerator, denominator) -%}
    cast(
        cast({{ numerator }} as {{ type_double() }})
        / nullif(cast({{ denominator }} as {{ type_double() }}), 0) as decimal(12, 6)
    )
{%- endmacro %}
