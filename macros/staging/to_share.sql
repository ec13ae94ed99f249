{# A share of one: 0.2 as it is, 20 % divided by a hundred. What 20 alone means is not known. #}
{% macro to_share(column) -%}
    {%- set text = clean_text(column) -%}
    {%- set number = to_decimal('regexp_replace(' ~ text ~ ", '%$', '')", 8) %}
    cast(
        cast({{ number }} as decimal(19, 8))
        * case when substr({{ text }}, length({{ text }})) = '%' then 0.01 else 1 end
        as decimal(18, 4)
    )
{%- endmacro %}
