{#
    The trigamma function, the slope of digamma, for x > 0: the asymptotic series at x + 6,
    brought down by the recurrence. Within 1e-10 of the true value. `x` is best a column.
#}
{% macro trigamma(x) -%}
    ((1 + (0.5 + (0.16666666666666666 - (0.03333333333333333 - (0.023809523809523808
    - (0.03333333333333333 - 0.07575757575757576
    / (({{ x }} + 6) * ({{ x }} + 6))) / (({{ x }} + 6) * ({{ x }} + 6)))
    / (({{ x }} + 6) * ({{ x }} + 6))) / (({{ x }} + 6) * ({{ x }} + 6)))
    / ({{ x }} + 6)) / ({{ x }} + 6)) / ({{ x }} + 6)
    {%- for step in range(6) %} + 1 / (({{ x }} + {{ step }}.0) * ({{ x }} + {{ step }}.0))
    {%- endfor %})
{%- endmacro %}
