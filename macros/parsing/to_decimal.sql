{% macro to_decimal(column, scale=4) %}
    {{- return(adapter.dispatch('to_decimal')(column, scale)) -}}
{% endmacro %}

{% macro default__to_decimal(column, scale) -%}
    try_cast({{ column }} as decimal(18, {{ scale }}))
{%- endmacro %}
