{# Sum of products of two amounts, exact, so that no order of rows changes it. #}
{% macro sum_of_products(left, right) -%}
    sum(cast({{ left }} * {{ right }} as decimal(28, 4)))
{%- endmacro %}
