{% macro to_utc(column) %}{{ return(adapter.dispatch('to_utc')(column)) }}{% endmacro %}

{#
    Text with an offset is converted, text without one is UTC, unreadable text is null. What is
    a timestamp without a zone already is UTC, which the planner sees before it reads a row.
#}
{% macro default__to_utc(column) -%}
    case
        when typeof({{ column }}) = 'TIMESTAMP'
            then case
                when isfinite(try_cast({{ column }} as timestamp))
                    then try_cast({{ column }} as timestamp)
            end
        when isfinite(try_cast({{ column }} as timestamptz))
            then timezone('UTC', try_cast({{ column }} as timestamptz))
    end
{%- endmacro %}

{# PostgreSQL 15 has no cast that forgives: the text is read only when it is a date. #}
{% macro postgres__to_utc(column) -%}
    {%- set text = clean_text(column) -%}
    {%- set year = 'cast(substr(' ~ text ~ ', 1, 4) as integer)' -%}
    {%- set month = 'cast(substr(' ~ text ~ ', 6, 2) as integer)' -%}
    {%- set day = 'cast(substr(' ~ text ~ ', 9, 2) as integer)' -%}
    {%- set date_pattern = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' -%}
    {%- set time_pattern = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?' -%}
    {%- set zone_pattern = '(Z|[+-][0-9]{2}(:?[0-9]{2})?)' -%}
    case
        when {{ text }} !~ '^{{ date_pattern }}([ T]{{ time_pattern }} ?{{ zone_pattern }}?)?$'
            then null
        when {{ day }} > case
            when {{ month }} in (4, 6, 9, 11) then 30
            when {{ month }} <> 2 then 31
            when {{ year }} % 4 = 0 and ({{ year }} % 100 <> 0 or {{ year }} % 400 = 0) then 29
            else 28
        end
            then null
        else timezone('UTC', cast({{ text }} as timestamptz))
    end
{%- endmacro %}

{# The session's time zone is UTC, so that text without an offset is UTC here too. #}
{% macro spark__to_utc(column) -%}
    try_cast({{ clean_text(column) }} as timestamp)
{%- endmacro %}

{# A number would be read as seconds, and text without an offset in the session's zone. #}
{% macro snowflake__to_utc(column) -%}
    {%- set text = clean_text(column) -%}
    {%- set day = '[0-9]{4}-[0-9]{2}-[0-9]{2}' -%}
    {%- set offset = '(Z|[+-][0-9]{2}(:?[0-9]{2})?)' -%}
    case
        when regexp_like({{ text }}, '{{ day }}[ T][0-9:.]+ ?{{ offset }}')
            then cast(
                convert_timezone('UTC', try_to_timestamp_tz({{ text }})) as timestamp_ntz
            )
        when regexp_like({{ text }}, '{{ day }}([ T][0-9:.]+)?')
            then try_to_timestamp_ntz({{ text }})
    end
{%- endmacro %}

{% macro bigquery__to_utc(column) -%}
    datetime(safe_cast({{ clean_text(column) }} as timestamp), 'UTC')
{%- endmacro %}

{# It wants a space between date and time. The session's time zone is UTC. #}
{% macro trino__to_utc(column) -%}
    cast(at_timezone(try_cast(
        regexp_replace({{ clean_text(column) }}, '^([0-9-]+)T', '$1 ')
        as timestamp(6) with time zone
    ), 'UTC') as timestamp(6))
{%- endmacro %}

{% macro redshift__to_utc(column) -%}
    timezone('UTC', try_cast({{ clean_text(column) }} as timestamptz))
{%- endmacro %}
