{# The logarithm of how many times as much it became; null where it came from or to nothing. #}
{% macro log_growth(opening, closing) -%}
    cast(case
        when {{ opening }} > 0 and {{ closing }} > 0
            then ln(cast({{ closing }} as {{ type_double() }}) / {{ opening }})
    end as decimal(18, 9))
{%- endmacro %}
