{% macro month_end(column) -%}
    {{ add_days(add_months(month_start(column), 1), -1) }}
{%- endmacro %}
