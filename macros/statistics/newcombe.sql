{#
    One side of the interval, 95 %, of the difference a - b of two shares: Newcombe (1998),
    method 10, from the Wilson interval of each. `a` and `b` are prefixes of the columns
    _rate, _lower and _upper.
#}
{% macro newcombe(a, b, side) -%}
    {%- set sign = {'lower': '-', 'upper': '+'}[side] -%}
    {%- set near = {'lower': 'lower', 'upper': 'upper'}[side] -%}
    {%- set far = {'lower': 'upper', 'upper': 'lower'}[side] -%}
    cast(
        {{ a }}_rate - {{ b }}_rate
        {{ sign }} sqrt(cast(
            ({{ a }}_rate - {{ a }}_{{ near }}) * ({{ a }}_rate - {{ a }}_{{ near }})
            + ({{ b }}_{{ far }} - {{ b }}_rate) * ({{ b }}_{{ far }} - {{ b }}_rate)
            as {{ type_double() }}
        )) as decimal(12, 6)
    )
{%- endmacro %}
