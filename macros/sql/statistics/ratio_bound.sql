{#
    One side of the interval, 95 %, of a ratio of sums, y / x, over clients drawn together
    with both: the ratio estimator's linearised variance (Cochran), n / (n - 1) *
    sum((y - r x)^2) / sum(x)^2, from sums of squares. Null below two clients and where all
    have the same ratio, since then nothing is known about its spread.

    sums  names of columns: n, x, y, xx, yy, xy
#}
{% macro ratio_bound(sums, side, maximum=none) -%}
    {%- set of = {} -%}
    {%- for name, column in sums.items() -%}
        {%- do of.update({name: 'cast(' ~ column ~ ' as ' ~ type_double() ~ ')'}) -%}
    {%- endfor -%}
    {%- set ratio = '(' ~ of.y ~ ' / ' ~ of.x ~ ')' -%}
    {%- set squares = '(' ~ of.yy ~ ' - 2 * ' ~ ratio ~ ' * ' ~ of.xy
        ~ ' + ' ~ ratio ~ ' * ' ~ ratio ~ ' * ' ~ of.xx ~ ')' -%}
    {%- set sign = {'lower': '-', 'upper': '+'}[side] -%}
    case
        when {{ sums.n }} < 2 or {{ sums.x }} <= 0 then null
        when {{ squares }} > 0.000000001 * {{ of.xx }} then cast(
            {% if maximum is not none %}least({{ maximum }}, {% endif %}greatest(
                0.0,
                {{ ratio }} {{ sign }} 1.959963984540054 * sqrt(
                    {{ of.n }} / ({{ of.n }} - 1) * {{ squares }}
                ) / {{ of.x }}
            ){% if maximum is not none %}){% endif %} as decimal(12, 6)
        )
    end
{%- endmacro %}
