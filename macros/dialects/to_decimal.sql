{# A decimal with 18 digits; text that is no finite number of that size is null. #}
{% macro to_decimal(column, scale=4) %}
    {{- return(adapter.dispatch('to_decimal')(column, scale)) -}}
{% endmacro %}

{% macro default__to_decimal(column, scale) -%}
    try_cast({{ column }} as decimal(18, {{ scale }}))
{%- endmacro %}

{% macro postgres__to_decimal(column, scale) -%}
    cast(case
        when {{ clean_text(column) }} !~ '^[+-]?([0-9]{1,30}([.][0-9]*)?|[.][0-9]+)(e[+-]?[0-9]{1,2})?$'
            then null
        when abs(cast({{ clean_text(column) }} as numeric)) >= 1e{{ 18 - scale }} then null
        else cast({{ clean_text(column) }} as numeric)
    end as decimal(18, {{ scale }}))
{%- endmacro %}

{# What casts text alone, or no text with spaces around it. #}
{% macro snowflake__to_decimal(column, scale) -%}
    try_cast({{ clean_text(column) }} as decimal(18, {{ scale }}))
{%- endmacro %}

{% macro trino__to_decimal(column, scale) %}
    {{- return(snowflake__to_decimal(column, scale)) -}}
{% endmacro %}

{% macro redshift__to_decimal(column, scale) %}
    {{- return(snowflake__to_decimal(column, scale)) -}}
{% endmacro %}

{% macro bigquery__to_decimal(column, scale) -%}
    safe_cast({{ clean_text(column) }} as decimal(18, {{ scale }}))
{%- endmacro %}
