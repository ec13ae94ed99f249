{#
    One side of the Wilson score interval, 95 %, of `successes` out of `trials`; null when
    there were no trials. Wilson (1927): centre (p + z^2/2n) / (1 + z^2/n),
    half-width z / (1 + z^2/n) * sqrt(p(1-p)/n + z^2/4n^2).
#}
{% macro wilson(successes, trials, side) -%}
    {%- set n = 'cast(' ~ trials ~ ' as ' ~ type_double() ~ ')' -%}
    {%- set p = '(cast(' ~ successes ~ ' as ' ~ type_double() ~ ') / ' ~ n ~ ')' -%}
    {%- set z = '1.959963984540054' -%}
    {%- set sign = {'lower': '-', 'upper': '+'}[side] -%}
    cast(
        case
            when {{ trials }} > 0 then least(1.0, greatest(0.0,
                (
                    {{ p }} + {{ z }} * {{ z }} / (2 * {{ n }})
                    {{ sign }} {{ z }} * sqrt(
                        {{ p }} * (1 - {{ p }}) / {{ n }}
                        + {{ z }} * {{ z }} / (4 * {{ n }} * {{ n }})
                    )
                ) / (1 + {{ z }} * {{ z }} / {{ n }})
            ))
        end as decimal(12, 6)
    )
{%- endmacro %}
