{# What the sources' yml says of one raw table: its columns and config. #}
{% macro input_contract(source_name, table_name) %}
    {%- set matches = graph.sources.values()
        | selectattr('source_name', 'equalto', source_name)
        | selectattr('name', 'equalto', table_name)
        | selectattr('package_name', 'equalto', 'active_clients') | list -%}
    {{- return(matches[0]) -}}
{%- endmacro %}
