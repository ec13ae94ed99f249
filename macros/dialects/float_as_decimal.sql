{#
    A 64-bit float as a decimal. Engines differ in its last digits and in how they round a
    float that is a half; ten digits first, which they agree on, and the half of a decimal is
    rounded up everywhere.
#}
{% macro float_as_decimal(value, precision, scale) -%}
    {{ adapter.dispatch('float_as_decimal')(value, precision, scale) }}
{%- endmacro %}

{% macro default__float_as_decimal(value, precision, scale) -%}
    cast(cast({{ value }} as decimal(28, 10)) as decimal({{ precision }}, {{ scale }}))
{%- endmacro %}

{# DuckDB drops digits of a decimal of 18 digits a hundred times as fast as of a longer one. #}
{% macro duckdb__float_as_decimal(value, precision, scale) -%}
    {%- if precision - scale <= 8 -%}
        cast(cast({{ value }} as decimal(18, 10)) as decimal({{ precision }}, {{ scale }}))
    {%- else -%}
        case
            when abs({{ value }}) < 10000000
                then cast(
                    cast({{ value }} as decimal(18, 10)) as decimal({{ precision }}, {{ scale }})
                )
            else {{ default__float_as_decimal(value, precision, scale) }}
        end
    {%- endif -%}
{%- endmacro %}
