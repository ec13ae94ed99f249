{# The day on which something is so many months old; see terms_elapsed. #}
{% macro anniversary(start, months) -%}
    case
        when {{ start }} = {{ month_end(start) }}
            then {{ month_end(add_months(start, months)) }}
        else {{ add_months(start, months) }}
    end
{%- endmacro %}
