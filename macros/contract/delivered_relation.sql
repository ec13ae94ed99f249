{# A raw table that is a table or model, as the database has it; none when it is not there. #}
{% macro delivered_relation(location) %}
    {%- if location.kind == 'table' -%}
        {%- set wanted = named_relation(location.place) -%}
        {{- return(adapter.get_relation(wanted.database, wanted.schema, wanted.identifier)) -}}
    {%- endif -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.name == location.place
        and node.resource_type in ('model', 'seed', 'snapshot') -%}
        {#- As dbt looks for it: of the project that is built before that of others. -#}
        {%- do found.insert(0 if node.package_name == project_name else found | length, node) -%}
    {%- endfor -%}
    {{- return(
        adapter.get_relation(found[0].database, found[0].schema, found[0].alias)
        if found else none
    ) -}}
{% endmacro %}
