{# The UTC timestamp of a wall-clock time in a zone; `zone` is a quoted literal. #}
{% macro from_time_zone(column, zone) %}
    {{- return(adapter.dispatch('from_time_zone')(column, zone)) -}}
{% endmacro %}

{% macro default__from_time_zone(column, zone) -%}
    timezone('UTC', timezone({{ zone }}, {{ column }}))
{%- endmacro %}

{% macro spark__from_time_zone(column, zone) -%}
    to_utc_timestamp({{ column }}, {{ zone }})
{%- endmacro %}

{% macro snowflake__from_time_zone(column, zone) -%}
    convert_timezone({{ zone }}, 'UTC', {{ column }})
{%- endmacro %}

{% macro bigquery__from_time_zone(column, zone) -%}
    datetime(timestamp({{ column }}, {{ zone }}), 'UTC')
{%- endmacro %}

{% macro trino__from_time_zone(column, zone) -%}
    cast(at_timezone(with_timezone({{ column }}, {{ zone }}), 'UTC') as timestamp(6))
{%- endmacro %}
