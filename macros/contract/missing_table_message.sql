{% macro missing_table_message(contract, location) %}
    {%- set name = contract.source_name ~ '.' ~ contract.name -%}
    {%- set flag = contract.config.meta.get('flag') -%}
    {%- set own = contract.name ~ '_location' -%}
    {{- return(
        name ~ ' was not found at ' ~ location.place ~ '. Point the variable '
        ~ location.variable ~ ' at it'
        ~ (' (or ' ~ own ~ ', for this table alone)' if location.variable != own)
        ~ (', or set ' ~ flag ~ ': false if you do not have it' if flag else '')
        ~ '. It holds: ' ~ contract.description
    ) -}}
{% endmacro %}
