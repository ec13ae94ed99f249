{# A decimal with 18 digits; text that is no finite number of that size is null. #}
{% macro to_decimal(column, scale=4) %}
    {{- return(adapter.dispatch('to_decimal')(column, scale)) -}}
{% endmacro %}

{# What is a number already is not read as text, which the planner sees before it reads a row. #}
{% macro default__to_decimal(column, scale) -%}
    {%- set text = clean_text(column) -%}
    case
        when typeof({{ column }}) in (
            'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT',
            'UINTEGER', 'UBIGINT', 'UHUGEINT', 'FLOAT', 'DOUBLE'
        ) or typeof({{ column }}) like 'DECIMAL%'
            then try_cast({{ column }} as decimal(18, {{ scale }}))
        when regexp_full_match({{ text }}, '{{ number_pattern() }}')
            then try_cast({{ text }} as decimal(18, {{ scale }}))
        when regexp_full_match({{ text }}, '{{ number_pattern(grouped=true) }}')
            then try_cast(replace({{ text }}, ',', '') as decimal(18, {{ scale }}))
    end
{%- endmacro %}

{# PostgreSQL 15 has no cast that forgives: the text is read only when it is a number that fits. #}
{% macro postgres__to_decimal(column, scale) -%}
    {%- set text = clean_text(column) -%}
    {%- set number = 'round(cast(replace(' ~ text ~ ", ',', '') as numeric), " ~ scale ~ ')' -%}
    case
        when {{ text }} !~ '^({{ number_pattern() }}|{{ number_pattern(grouped=true) }})$'
            then null
        when abs({{ number }}) >= 1e{{ 18 - scale }} then null
        else cast({{ number }} as decimal(18, {{ scale }}))
    end
{%- endmacro %}

{# The bar keeps a line break at the end from counting as the end. #}
{% macro spark__to_decimal(column, scale) -%}
    {%- set text = clean_text(column) -%}
    case
        when typeof({{ column }}) rlike '^(decimal|double|float|(tiny|small|big)?int)'
            then try_cast({{ column }} as decimal(18, {{ scale }}))
        when concat({{ text }}, '|')
            rlike '^({{ number_pattern() }}|{{ number_pattern(grouped=true) }})[|]$'
            then try_cast(replace({{ text }}, ',', '') as decimal(18, {{ scale }}))
    end
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
