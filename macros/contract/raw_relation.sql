{#
    What to select the rows of a raw table from. The source is named whatever it is: it is the
    contract, and an edge to it says what is made of the table. A unit test reads its rows there,
    with the kind `contract`.
#}
{% macro raw_relation(source_name, table_name) %}
    {%- set contract = source(source_name, table_name) -%}
    {%- set location = raw_location(source_name, table_name) -%}
    {%- if location.kind == 'contract' -%}
        {{- return(contract) -}}
    {%- elif location.kind == 'seed' -%}
        {{- return(ref('active_clients', table_name)) -}}
    {%- elif location.kind == 'model' -%}
        {#- An edge, so that it is built before. It is not ours: no package is named. -#}
        {%- set is_on = is_delivered(source_name ~ '.' ~ table_name) -%}
        {{- return(ref(location.place) if is_on else contract) -}}
    {%- elif location.kind == 'files' -%}
        {{- return(raw_files(location.place)) -}}
    {%- endif -%}
    {{- return(named_relation(location.place)) -}}
{% endmacro %}
