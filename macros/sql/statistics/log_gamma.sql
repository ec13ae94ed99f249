{#
    The logarithm of the gamma function for x > 0: Stirling's series at x + 6, brought down by
    the recurrence. Within 1e-11 of the true value up to x = 1e6. `x` is best a column.
#}
{% macro log_gamma(x) -%}
    (({{ x }} + 5.5) * ln({{ x }} + 6) - {{ x }} - 5.081061466795328
    + (0.08333333333333333 - (0.002777777777777778 - (0.0007936507936507937
    - (0.0005952380952380953 - 0.0008417508417508418
    / (({{ x }} + 6) * ({{ x }} + 6))) / (({{ x }} + 6) * ({{ x }} + 6)))
    / (({{ x }} + 6) * ({{ x }} + 6))) / (({{ x }} + 6) * ({{ x }} + 6))) / ({{ x }} + 6)
    - ln({{ x }} * ({{ x }} + 1) * ({{ x }} + 2) * ({{ x }} + 3) * ({{ x }} + 4)
    * ({{ x }} + 5)))
{%- endmacro %}
