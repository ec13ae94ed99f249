{#
    Where the rows of a raw table are, as its own variable says, or else that of its source: the
    one place that reads them. `kind` is `files` (a pattern, with a slash), `table` (its dotted
    name), `model` (a model, seed or snapshot of the project that is built) or `seed` (the demo, on
    an engine that cannot read the demo's files in place); `place` is what it is called.
#}
{% macro raw_location(source_name, table_name) %}
    {%- set own = table_name ~ '_location' -%}
    {%- set variable = own if var(own) else source_name ~ '_location' -%}
    {%- set pattern = var(variable) -%}
    {%- set is_demo = pattern == 'seeds/demo/{name}.csv' -%}
    {%- set place = pattern | replace('{name}', table_name) -%}
    {%- if is_demo and target.type != 'duckdb' -%}
        {%- set kind = 'seed' -%}
    {%- elif '/' in place -%}
        {%- set kind = 'files' -%}
    {%- elif variable != own -%}
        {%- set kind = 'table' -%}
        {%- set place = place ~ '.' ~ table_name -%}
    {%- else -%}
        {%- set kind = 'table' if '.' in place else 'model' -%}
    {%- endif -%}
    {{- return({'kind': kind, 'place': place, 'variable': variable, 'is_demo': is_demo}) -}}
{% endmacro %}
