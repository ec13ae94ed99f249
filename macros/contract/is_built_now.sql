{#
    Whether a model of another package that is selected too makes a raw table. There is no edge
    between them, so that dbt may read it before: that is said.
#}
{% macro is_built_now(location, selected) %}
    {%- set wanted = named_relation(location.place) -%}
    {%- set own = location.place.split('.')[-1] ~ '_location' -%}
    {%- for id in selected if id in graph.nodes
        and not id.split('.')[1] == 'active_clients'
        and graph.nodes[id].resource_type in ('model', 'seed', 'snapshot') -%}
        {%- set node = graph.nodes[id] -%}
        {%- if (node.database, node.schema, node.alias) | map('lower') | list
            == (wanted.database, wanted.schema, wanted.identifier) | map('lower') | list -%}
            {%- do exceptions.warn(
                location.place ~ ' is built by ' ~ node.name ~ ' in this run, maybe after it is'
                ~ ' read. Let dbt know: ' ~ own ~ ': ' ~ node.name
            ) -%}
            {{- return(true) -}}
        {%- endif -%}
    {%- endfor -%}
    {{- return(false) -}}
{% endmacro %}
