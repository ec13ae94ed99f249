{#
    An amount times e to the power of an exponent, with four decimals; null where that is more
    than so many times as much or as little, which says only that nobody knows.
#}
{% macro grown_by(amount, exponent, times=10) -%}
    cast(case
        when abs({{ exponent }}) <= ln(cast({{ times }} as {{ type_double() }}))
            then cast({{ amount }} as {{ type_double() }})
                * exp(cast({{ exponent }} as {{ type_double() }}))
    end as decimal(24, 4))
{%- endmacro %}
