{# The Monday of a date's week. #}
{% macro week_start(column) %}{{ return(adapter.dispatch('week_start')(column)) }}{% endmacro %}

{% macro default__week_start(column) -%}
    cast({{ dbt.date_trunc('week', column) }} as date)
{%- endmacro %}

{# Its `week` begins on Sunday. #}
{% macro bigquery__week_start(column) %}date_trunc({{ column }}, isoweek){% endmacro %}
