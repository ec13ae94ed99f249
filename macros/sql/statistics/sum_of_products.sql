{#
    Sum of products of two amounts, exact, so that no order of rows changes it. One factor has
    19 digits: DuckDB multiplies decimals of 18 in 64 bits, which squares soon overflow.
#}
{% macro sum_of_products(left, right) -%}
    cast(
        sum({{ widened(left) }} * {{ right }}) as {{ type_ledger_sum() }}
    )
{%- endmacro %}
