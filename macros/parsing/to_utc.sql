{% macro to_utc(column) %}{{ return(adapter.dispatch('to_utc')(column)) }}{% endmacro %}

{# Text with an offset is converted, text without one is UTC, unreadable text is null. #}
{% macro default__to_utc(column) -%}
    case
        when isfinite(try_cast({{ column }} as timestamptz))
            then timezone('UTC', try_cast({{ column }} as timestamptz))
    end
{%- endmacro %}
