{# The columns a raw table has, in lower case; none when there is no such table. #}
{% macro delivered_columns(location) %}
    {{- return(adapter.dispatch('delivered_columns')(location)) -}}
{% endmacro %}

{% macro default__delivered_columns(location) %}
    {%- set relation = delivered_relation(location) -%}
    {%- if relation is none -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(relation) -%}
    {{- return(columns | map(attribute='name') | map('lower') | list) -}}
{% endmacro %}

{% macro duckdb__delivered_columns(location) %}
    {%- if location.kind != 'files' -%}
        {{- return(default__delivered_columns(location)) -}}
    {%- endif -%}
    {%- if delivered_files(location) == [] -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set described = run_query(
        'describe select * from ' ~ raw_files(location.place)
    ) -%}
    {{- return(described.columns[0].values() | map('lower') | list) -}}
{% endmacro %}

{# Spark names a missing file itself; there is no way to ask without an error. #}
{% macro spark__delivered_columns(location) %}
    {%- if location.kind != 'files' -%}
        {{- return(default__delivered_columns(location)) -}}
    {%- endif -%}
    {%- set described = run_query('describe query select * from ' ~ raw_files(location.place)) -%}
    {{- return(described.columns[0].values() | map('lower') | list) -}}
{% endmacro %}
