{#
    A share or ratio with six decimals; null when nothing is divided by, and from a million on,
    which says only that almost nothing was divided by.
#}
{% macro rate(numerator, denominator) -%}
    {%- set ratio = 'cast(' ~ numerator ~ ' as ' ~ type_double() ~ ') / nullif(cast('
        ~ denominator ~ ' as ' ~ type_double() ~ '), 0)' -%}
    cast(case when abs({{ ratio }}) < 999999 then {{ ratio }} end as decimal(12, 6))
{%- endmacro %}
