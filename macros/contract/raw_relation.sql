{#
    Where the rows of a raw table are: its source; its files, where the engine reads them
    without one; or the demo's seed, on an engine that cannot read the demo's files.
#}
{% macro raw_relation(source_name, table_name) %}
    {%- set relation = source(source_name, table_name) -%}
    {%- set location = var(source_name ~ '_location') | replace('{name}', table_name) -%}
    {%- if reads_demo_seeds(source_name) -%}
        {{- return(ref(table_name)) -}}
    {%- elif target.type == 'duckdb' or '/' not in location -%}
        {{- return(relation) -}}
    {%- else -%}
        {{- return(raw_files(location)) -}}
    {%- endif -%}
{% endmacro %}
