{#
    Tells PostgreSQL what a table holds as soon as it is built. It would find out by itself, but
    minutes later: the next models would be planned as if the table were empty.
#}
{% macro analyze_table() -%}
    {{- adapter.dispatch('analyze_table')() -}}
{%- endmacro %}

{% macro default__analyze_table() %}{% endmacro %}

{% macro postgres__analyze_table() -%}
    {{- 'analyze ' ~ this if model.config.materialized != 'view' -}}
{%- endmacro %}
