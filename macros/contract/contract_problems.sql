{# What is wrong with one raw table, in a line each: it, a column or a file of it. #}
{% macro contract_problems(contract) %}
    {%- set location = raw_location(contract.source_name, contract.name) -%}
    {%- set files = file_problems(contract, location) -%}
    {%- set problems = files.problems | list -%}
    {#- Files that are wrong cannot be asked together. -#}
    {%- set delivered = files.columns
        if files.problems and location.kind == 'files'
        else delivered_columns(location) -%}
    {%- set missing = [] -%}
    {%- for column in contract.columns.values()
        if delivered is not none and column.name not in delivered -%}
        {%- do missing.append(column) -%}
    {%- endfor -%}
    {%- if delivered is none and not files.problems -%}
        {%- do problems.append(missing_table_message(contract, location)) -%}
    {%- elif missing | length == contract.columns | length -%}
        {#- The first line may be a row, which is not shown. -#}
        {%- do problems.append(
            contract.source_name ~ '.' ~ contract.name ~ ' (at ' ~ location.place ~ ') has none'
            ~ ' of the columns of the contract. Is its first line a header, with commas'
            ~ ' between the names? The contract wants: '
            ~ contract.columns.keys() | join(', ') ~ '.'
        ) -%}
    {%- else -%}
        {%- for column in missing -%}
            {%- do problems.append(
                missing_column_message(contract, column, location, delivered)
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(problems) -}}
{% endmacro %}
