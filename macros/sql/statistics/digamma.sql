{#
    The digamma function, the slope of ln(gamma(x)), for x > 0: the asymptotic series at x + 6,
    brought down by the recurrence. Within 1e-11 of the true value. `x` is best a column.
#}
{% macro digamma(x) -%}
    (ln({{ x }} + 6) - 0.5 / ({{ x }} + 6)
    - (0.08333333333333333 - (0.008333333333333333 - (0.003968253968253968
    - (0.004166666666666667 - 0.007575757575757576
    / (({{ x }} + 6) * ({{ x }} + 6))) / (({{ x }} + 6) * ({{ x }} + 6)))
    / (({{ x }} + 6) * ({{ x }} + 6))) / (({{ x }} + 6) * ({{ x }} + 6)))
    / (({{ x }} + 6) * ({{ x }} + 6))
    {%- for step in range(6) %} - 1 / ({{ x }} + {{ step }}.0){% endfor %})
{%- endmacro %}
