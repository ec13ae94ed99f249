{% macro missing_column_message(contract, column, location, delivered) %}
    {{- return(
        contract.source_name ~ '.' ~ contract.name ~ ' has no column ' ~ column.name
        ~ ' (at ' ~ location.place ~ '). The contract wants: ' ~ column.name ~ ', '
        ~ column.data_type ~ ', '
        ~ ('never empty' if column.config.meta.required else 'may be empty but must be there')
        ~ ': ' ~ column.description | trim ~ ' The table has: ' ~ delivered | join(', ') ~ '.'
    ) -}}
{% endmacro %}
