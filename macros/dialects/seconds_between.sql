{# Seconds from one UTC timestamp to another, each cut to the second; not for dates. #}
{% macro seconds_between(start, end) %}
    {{- return(adapter.dispatch('seconds_between')(start, end)) -}}
{% endmacro %}

{% macro default__seconds_between(start, end) -%}
    cast({{ dbt.datediff(start, end, 'second') }} as bigint)
{%- endmacro %}

{% macro spark__seconds_between(start, end) -%}
    (unix_timestamp({{ end }}) - unix_timestamp({{ start }}))
{%- endmacro %}
