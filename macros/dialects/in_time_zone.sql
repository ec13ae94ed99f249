{# The wall-clock time of a UTC timestamp in a zone; `zone` is a quoted literal. #}
{% macro in_time_zone(column, zone) %}
    {{- return(adapter.dispatch('in_time_zone')(column, zone)) -}}
{% endmacro %}

{% macro default__in_time_zone(column, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ column }}))
{%- endmacro %}

{% macro spark__in_time_zone(column, zone) -%}
    from_utc_timestamp({{ column }}, {{ zone }})
{%- endmacro %}

{% macro snowflake__in_time_zone(column, zone) -%}
    convert_timezone('UTC', {{ zone }}, {{ column }})
{%- endmacro %}

{% macro bigquery__in_time_zone(column, zone) -%}
    datetime(timestamp({{ column }}, 'UTC'), {{ zone }})
{%- endmacro %}

{% macro trino__in_time_zone(column, zone) -%}
    cast(at_timezone(with_timezone({{ column }}, 'UTC'), {{ zone }}) as timestamp(6))
{%- endmacro %}
