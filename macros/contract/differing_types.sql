{#
    Columns whose type makes something else of them: a list or a structure, and an id that is a
    float. As pandas writes a column of integers with a gap, 8 becomes 8.0, in all files of the
    table if in one. A float column without any value, as pandas writes an empty column, is fine
    unless another file has numbers in it.
#}
{% macro differing_types(contract, location, groups) %}
    {%- set problems = [] -%}
    {%- set label = contract.source_name ~ '.' ~ contract.name -%}
    {%- for column in contract.columns.values() -%}
        {%- set numbers = [] -%}
        {%- for group in groups if group.types.get(column.name, '').endswith('INT')
            or group.types.get(column.name, '') == 'INTEGER' -%}
            {%- do numbers.append(group) -%}
        {%- endfor -%}
        {%- for group in groups -%}
            {%- set type = group.types.get(column.name) -%}
            {%- set where = label ~ ': ' ~ column.name ~ ' in ' ~ group.file
                ~ (' and ' ~ (group.count - 1) ~ ' like it' if group.count > 1 else '') -%}
            {%- if type == 'NESTED' -%}
                {%- do problems.append(
                    where ~ ' is a list, map or structure; the contract wants '
                    ~ column.data_type ~ '. Write the one value that is meant.'
                ) -%}
            {%- elif type in ('FLOAT', 'DOUBLE') and column.name.endswith('_id')
                and (numbers or has_parquet_values(location, column.name)) -%}
                {%- do problems.append(
                    where ~ ' is a float (' ~ type ~ '), so that 8 would become 8.0'
                    ~ (' in all files of the table' if groups | length > 1 else '')
                    ~ '. Write it as text or as an integer: in pandas, astype("Int64").'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(problems) -}}
{% endmacro %}
