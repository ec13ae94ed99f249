{# Whether a definition of active asks for no more than one qualifying event in a window. #}
{% macro is_met_by_any_event(definitions) -%}
    {{ definitions }}.min_users <= 1
    and {{ definitions }}.min_events <= 1
    and {{ definitions }}.min_days <= 1
{%- endmacro %}
