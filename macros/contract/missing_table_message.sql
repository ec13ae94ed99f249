{% macro missing_table_message(contract, location) %}
    {%- set name = contract.source_name ~ '.' ~ contract.name -%}
    {%- set flag = contract.config.meta.get('flag') -%}
    {{- return(
        name ~ ' was not found at ' ~ location ~ '. Point the variable '
        ~ contract.source_name ~ '_location at it'
        ~ (', or set ' ~ flag ~ ': false if you do not have it' if flag else '')
        ~ '. It holds: ' ~ contract.description
    ) -}}
{% endmacro %}
