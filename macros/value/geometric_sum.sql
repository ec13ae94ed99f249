{# x + x^2 + ... + x^n. #}
{% macro geometric_sum(x, n) -%}
    case when {{ x }} < 1 then {{ x }} * (1 - power({{ x }}, {{ n }})) / (1 - {{ x }})
        else {{ n }} end
{%- endmacro %}
