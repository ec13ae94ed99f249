{# The earlier of two dates that are not null. #}
{% macro earlier(one, other) -%}
    case when {{ one }} < {{ other }} then {{ one }} else {{ other }} end
{%- endmacro %}
