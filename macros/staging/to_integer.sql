{# A number with a fraction or beyond 32 bits is no integer: null, never rounded. #}
{% macro to_integer(column) -%}
    case
        when {{ to_decimal(column, 8) }} = floor({{ to_decimal(column, 8) }})
            and abs({{ to_decimal(column, 8) }}) <= 2147483647
            then cast({{ to_decimal(column, 8) }} as integer)
    end
{%- endmacro %}
