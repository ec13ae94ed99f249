{#
    What is wrong with the types of a raw table in a schema: an id that is a float, of which 8
    becomes 8.0, unless it holds nothing; a list or a structure in place of a value.
#}
{% macro table_problems(contract, location) %}
    {%- set relation = delivered_relation(location) -%}
    {%- set problems = [] -%}
    {%- set columns = adapter.get_columns_in_relation(relation) if relation else [] -%}
    {%- for column in columns if column.name | lower in contract.columns -%}
        {%- set name = column.name | lower -%}
        {%- set type = column.dtype | lower -%}
        {%- set where = contract.source_name ~ '.' ~ contract.name ~ ': ' ~ name ~ ' in '
            ~ relation -%}
        {%- if modules.re.match('(struct|map|list|array|row|union)', type) or '[' in type -%}
            {%- do problems.append(
                where ~ ' is a list, map or structure (' ~ type ~ '); the contract wants '
                ~ contract.columns[name].data_type ~ '. Select the one value that is meant.'
            ) -%}
        {%- elif name.endswith('_id')
            and modules.re.match('(double|float|real)', type)
            and run_query(
                'select 1 from ' ~ relation ~ ' where ' ~ name ~ ' is not null limit 1'
            ).rows -%}
            {%- do problems.append(
                where ~ ' is a float (' ~ type ~ '), so that 8 would become 8.0. Load it as text'
                ~ ' or as an integer, or cast it to an integer in a view.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(problems) -}}
{% endmacro %}
