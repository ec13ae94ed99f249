{% macro to_utc(column) %}{{ return(adapter.dispatch('to_utc')(column)) }}{% endmacro %}

{#
    Text in the spellings of `time_pattern` and no other: one with an offset is converted, one
    without is UTC. What is a time already is not read as text, which the planner sees before it
    reads a row. DuckDB reads an offset only behind seconds and without a blank.
#}
{% macro default__to_utc(column) -%}
    {%- set text = clean_text(column) -%}
    case
        when typeof({{ column }}) in (
            'TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'DATE'
        )
            then case
                when isfinite(try_cast({{ column }} as timestamp))
                    then try_cast({{ column }} as timestamp)
            end
        when typeof({{ column }}) = 'TIMESTAMP WITH TIME ZONE'
            then case
                when isfinite(try_cast({{ column }} as timestamptz))
                    then timezone('UTC', try_cast({{ column }} as timestamptz))
            end
        when regexp_full_match({{ text }}, '{{ time_pattern('utc') }}')
            then try_cast(rtrim({{ text }}, 'Z ') as timestamp)
        when regexp_full_match({{ text }}, '{{ time_pattern('offset') }}')
            then timezone('UTC', try_cast(case
                when substr({{ text }}, 17, 1) = ':' and substr({{ text }}, 12) not like '% %'
                    then {{ text }}
                else concat(
                    substr({{ text }}, 1, 16),
                    coalesce(
                        nullif(regexp_extract(substr({{ text }}, 17), '^:[0-9.]+'), ''), ':00'
                    ),
                    regexp_extract({{ text }}, '[+-][0-9:]*$')
                )
            end as timestamptz))
    end
{%- endmacro %}

{#
    PostgreSQL 15 has no cast that forgives: the text is read only when it is a date. It would
    round what is beyond microseconds, up to the next day.
#}
{% macro postgres__to_utc(column) -%}
    {%- set text = clean_text(column) -%}
    {%- set year = 'cast(substr(' ~ text ~ ', 1, 4) as integer)' -%}
    {%- set month = 'cast(substr(' ~ text ~ ', 6, 2) as integer)' -%}
    {%- set day = 'cast(substr(' ~ text ~ ', 9, 2) as integer)' -%}
    case
        when {{ text }} !~ '^{{ time_pattern() }}$'
            then null
        when {{ day }} > case
            when {{ month }} in (4, 6, 9, 11) then 30
            when {{ month }} <> 2 then 31
            when {{ year }} % 4 = 0 and ({{ year }} % 100 <> 0 or {{ year }} % 400 = 0) then 29
            else 28
        end
            then null
        else timezone('UTC', cast(
            regexp_replace({{ text }}, '([.][0-9]{6})[0-9]+', concat(chr(92), '1'))
            as timestamptz
        ))
    end
{%- endmacro %}

{#
    The session's time zone is UTC, so that text without an offset is UTC here too. The bar
    keeps a line break at the end from counting as the end. Short, since a metastore may hold
    no view of more than 32,700 letters.
#}
{% macro spark__to_utc(column) -%}
    {%- set text = clean_text(column) -%}
    case
        when typeof({{ column }}) in ('timestamp', 'timestamp_ntz', 'date')
            then try_cast({{ column }} as timestamp)
        when concat({{ text }}, '|') rlike '^{{ time_pattern() }}[|]$'
            then try_cast(concat(
                rpad(replace(substr({{ text }}, 1, 16), 'T', ' '), 16, ' 00:00'),
                coalesce(nullif(regexp_extract(substr({{ text }}, 17), '^[:0-9.]*', 0), ''), ':00'),
                regexp_replace(
                    regexp_extract(substr({{ text }}, 12), '[+-][0-9:]*$', 0),
                    '^(.[0-9]{2}):?([0-9]{2})$', '$1:$2'
                )
            ) as timestamp)
    end
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
