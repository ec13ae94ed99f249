{# The sources, as `source.table`, that nodes read themselves or through views not selected. #}
{% macro sources_behind(ids, selected) %}
    {%- set found = [] -%}
    {%- set views = [] -%}
    {%- for id in ids if id in graph.nodes -%}
        {%- for parent in graph.nodes[id].depends_on.nodes -%}
            {%- if parent.startswith('source.') -%}
                {%- do found.append(parent.split('.')[-2:] | join('.')) -%}
            {%- elif parent in graph.nodes
                and graph.nodes[parent].config.materialized in ('view', 'ephemeral')
                and parent not in selected -%}
                {%- do views.append(parent) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if views -%}
        {%- do found.extend(sources_behind(views | unique | list, selected)) -%}
    {%- endif -%}
    {{- return(found | unique | list) -}}
{% endmacro %}
