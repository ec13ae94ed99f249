{# The later of two dates that are not null. #}
{% macro later(one, other) -%}
    case when {{ one }} > {{ other }} then {{ one }} else {{ other }} end
{%- endmacro %}
