{#
    One side of the 95 % interval of a difference of two shares, `a` - `b`, from the Wilson
    intervals of each (Newcombe 1998, method 10). `a` and `b` are prefixes of the columns
    _rate, _lower and _upper.
#}
{% macro newcombe(a, b, side) -%}
    {%- set a_side, b_side = ('lower', 'upper') if side == 'lower' else ('upper', 'lower') -%}
    {%- set a_gap = widened(a ~ '_rate - ' ~ a ~ '_' ~ a_side, 6) -%}
    {%- set b_gap = widened(b ~ '_' ~ b_side ~ ' - ' ~ b ~ '_rate', 6) -%}
    cast(
        {{ a }}_rate - {{ b }}_rate {{ '-' if side == 'lower' else '+' }} sqrt(cast(
            {{ a_gap }} * {{ a_gap }} + {{ b_gap }} * {{ b_gap }} as {{ type_double() }}
        )) as decimal(12, 6)
    )
{%- endmacro %}
