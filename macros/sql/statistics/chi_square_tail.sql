{#
    Probability of a chi-square of one degree of freedom above `x`, that is erfc(sqrt(x / 2)),
    by a rational approximation within 2e-7 (Numerical Recipes, erfcc).
#}
{% macro chi_square_tail(x) -%}
    {%- set t = '(1 / (1 + 0.5 * sqrt(greatest(0, ' ~ x ~ ') / 2)))' -%}
    {{ t }} * exp(-least(1200, greatest(0, {{ x }})) / 2 - 1.26551223 + {{ t }} * (1.00002368
        + {{ t }} * (0.37409196 + {{ t }} * (0.09678418 + {{ t }} * (-0.18628806
        + {{ t }} * (0.27886807 + {{ t }} * (-1.13520398 + {{ t }} * (1.48851587
        + {{ t }} * (-0.82215223 + {{ t }} * 0.17087277)))))))))
{%- endmacro %}
