{#
    Spark resolves about one CTE of a chain per pass over all of them, and gives up after a
    hundred passes. A model that searches is therefore run in parts. What the rounds read goes
    to tables, and so do the best points of each round, from which the next goes on; the
    statement that is left drops the last of them. The model's SQL is that of every engine.
#}
{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') %}
    {%- set parts = compiled_code.split('-- search checkpoint: ') -%}
    {%- if parts | length == 1 -%}
        {{- return(dbt.spark__create_table_as(temporary, relation, compiled_code, language)) -}}
    {%- endif -%}
    {%- set before, beginning = parts[0].split('-- search begins: ') -%}
    {%- set inputs, rounds = beginning.split('\n', 1) -%}
    {%- set tables = [] -%}
    {%- set read = namespace(inputs='with ') -%}
    {%- for cte in inputs.split() -%}
        {%- do tables.append(search_table(relation, cte, before)) -%}
        {%- set read.inputs = read.inputs ~ cte ~ ' as (select * from ' ~ tables[-1] ~ '), ' -%}
    {%- endfor -%}
    {%- set chain = namespace(sql=before ~ rounds) -%}
    {%- for part in parts[1:] -%}
        {%- set cte, following = part.split('\n', 1) -%}
        {%- do tables.append(search_table(relation, cte.strip(), chain.sql)) -%}
        {%- set chain.sql = (before if loop.last else read.inputs)
            ~ cte ~ ' as (select * from ' ~ tables[-1] ~ '),' ~ following -%}
        {%- if not loop.first -%}{%- do run_query('drop table ' ~ tables.pop(-2)) -%}{%- endif -%}
    {%- endfor -%}
    {%- do run_query(dbt.spark__create_table_as(temporary, relation, chain.sql, language)) -%}
    {%- for table in tables[:-1] -%}{%- do run_query('drop table ' ~ table) -%}{%- endfor -%}
    {{- return('drop table ' ~ tables[-1]) -}}
{% endmacro %}
