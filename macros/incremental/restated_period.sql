{# What is replaced whole when a day is touched: the day, or on Spark its month. #}
{% macro restated_period(column) -%}
    {{ month_start(column) if target.type == 'spark' else column }}
{%- endmacro %}
