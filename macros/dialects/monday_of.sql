{# The Monday of a date's week. #}
{% macro monday_of(column) %}{{ return(adapter.dispatch('monday_of')(column)) }}{% endmacro %}

{% macro default__monday_of(column) -%}
    cast({{ dbt.date_trunc('week', column) }} as date)
{%- endmacro %}

{# Its `week` begins on Sunday. #}
{% macro bigquery__monday_of(column) %}date_trunc({{ column }}, isoweek){% endmacro %}
