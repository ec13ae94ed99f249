{#
    An amount divided by a number, with four decimals; null when nothing is divided by. Halves
    are rounded up before the cast, since engines cast them differently.
#}
{% macro amount_per(amount, divisor) -%}
    cast(
        floor(cast({{ amount }} as {{ type_double() }})
        / nullif(cast({{ divisor }} as {{ type_double() }}), 0) * 10000 + 0.5) / 10000
        as decimal(18, 4)
    )
{%- endmacro %}
