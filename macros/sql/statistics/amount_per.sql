{#
    An amount divided by a number, with so many decimals; null when nothing is divided by. Halves
    are rounded up before the cast, since engines cast them differently.
#}
{% macro amount_per(amount, divisor, decimals=4) -%}
    cast(
        floor(cast({{ amount }} as {{ type_double() }})
        / nullif(cast({{ divisor }} as {{ type_double() }}), 0) * {{ 10 ** decimals }} + 0.5)
        / {{ 10 ** decimals }} as decimal(18, {{ decimals }})
    )
{%- endmacro %}
