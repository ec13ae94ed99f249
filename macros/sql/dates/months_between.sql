{# Whole calendar months from one month to another; datediff counts wrongly on some engines. #}
{% macro months_between(start, end) -%}
    cast(
        (extract(year from {{ end }}) * 12 + extract(month from {{ end }}))
        - (extract(year from {{ start }}) * 12 + extract(month from {{ start }}))
        as integer
    )
{%- endmacro %}
