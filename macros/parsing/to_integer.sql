{# A number with a fraction is no integer: null, never rounded. #}
{% macro to_integer(column) -%}
    case
        when {{ to_decimal(column) }} = floor({{ to_decimal(column) }})
            then cast({{ to_decimal(column) }} as integer)
    end
{%- endmacro %}
