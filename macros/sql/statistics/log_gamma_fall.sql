{#
    ln(gamma(x)) - ln(gamma(y)) for y = x + gap. Where x is large the two are nearly the same
    and their difference is noise, so that it is taken from its own expansion about the middle
    of x and y - 1 (Tricomi and Erdelyi 1951). Columns, all above 0; those with the logarithms of
    gamma(x) and gamma(y), where there are such, as DuckDB shares no parts of what stands in a case.
#}
{% macro log_gamma_fall(x, y, gap, log_gamma_x=none, log_gamma_y=none) -%}
    case
        when {{ x }} > 100000000
            then -{{ gap }} * ln({{ x }} + ({{ gap }} - 1) / 2)
                + {{ gap }} * ({{ gap }} * {{ gap }} - 1)
                / (24 * power({{ x }} + ({{ gap }} - 1) / 2, 2))
        else {{ log_gamma_x or log_gamma(x) }} - {{ log_gamma_y or log_gamma(y) }}
    end
{%- endmacro %}
