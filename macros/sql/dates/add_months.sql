{# Counted from an anchor, never in steps: 31 January plus one month is the end of February. #}
{% macro add_months(column, months) -%}
    cast({{ dbt.dateadd('month', months, column) }} as date)
{%- endmacro %}
