{# Pearson's correlation of two columns over a group; null where one of them is constant. #}
{% macro correlation(x, y) -%}
    corr(cast({{ x }} as {{ type_double() }}), cast({{ y }} as {{ type_double() }}))
{%- endmacro %}
