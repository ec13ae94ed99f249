{# A number with a fraction or beyond 32 bits is no integer: null, never rounded. #}
{% macro to_integer(column) %}{{ return(adapter.dispatch('to_integer')(column)) }}{% endmacro %}

{% macro default__to_integer(column) -%}
    {%- set number = to_decimal(column, 8) -%}
    case
        when {{ number }} = floor({{ number }}) and abs({{ number }}) <= 2147483647
            then cast({{ number }} as integer)
    end
{%- endmacro %}

{# Once and not four times: a metastore may hold no view of more than 32,700 letters. #}
{% macro spark__to_integer(column) -%}
    nullif(try_cast(
        regexp_replace(cast({{ to_decimal(column, 8) }} as string), '[.]0+$', '') as int
    ), -2147483648)
{%- endmacro %}
