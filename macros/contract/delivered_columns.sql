{# The columns a raw table has, in lower case; none when there is no such table. #}
{% macro delivered_columns(contract, location) %}
    {{- return(adapter.dispatch('delivered_columns')(contract, location)) -}}
{% endmacro %}

{% macro default__delivered_columns(contract, location) %}
    {%- set relation = adapter.get_relation(
        contract.database, contract.schema, contract.identifier
    ) -%}
    {%- if relation is none -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(relation) -%}
    {{- return(columns | map(attribute='name') | map('lower') | list) -}}
{% endmacro %}

{% macro duckdb__delivered_columns(contract, location) %}
    {%- if '/' not in location -%}
        {{- return(default__delivered_columns(contract, location)) -}}
    {%- endif -%}
    {%- if delivered_files(contract, location) == [] -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set described = run_query(
        'describe select * from ' ~ source(contract.source_name, contract.name)
    ) -%}
    {{- return(described.columns[0].values() | map('lower') | list) -}}
{% endmacro %}

{# Spark names a missing file itself; there is no way to ask without an error. #}
{% macro spark__delivered_columns(contract, location) %}
    {%- if '/' not in location -%}
        {{- return(default__delivered_columns(contract, location)) -}}
    {%- endif -%}
    {%- set described = run_query('describe query select * from ' ~ raw_files(location)) -%}
    {{- return(described.columns[0].values() | map('lower') | list) -}}
{% endmacro %}
