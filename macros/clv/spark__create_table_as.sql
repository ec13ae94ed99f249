{#
    Spark resolves about one CTE of a chain per pass over all of them, and gives up after a
    hundred passes. A model that searches is therefore run in parts: each runs the rounds up
    to a checkpoint and writes the best points to a table, from which the next goes on; the
    statement that is left drops the last of them. The model's SQL is that of every engine.
#}
{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') %}
    {%- set parts = compiled_code.split('-- search checkpoint: ') -%}
    {%- if parts | length > 1 -%}
        {%- set before, rounds = parts[0].split('-- search begins') -%}
        {%- set chain = namespace(sql=before ~ rounds, table=none) -%}
        {%- for part in parts[1:] -%}
            {%- set cte, following = part.split('\n', 1) -%}
            {%- set table = api.Relation.create(
                database=relation.database, schema=relation.schema, type='table',
                identifier=relation.identifier ~ '__' ~ cte.strip()
            ) -%}
            {%- do run_query('drop table if exists ' ~ table) -%}
            {%- do run_query(
                'create table ' ~ table ~ ' using parquet as ' ~ chain.sql.strip().rstrip(',')
                ~ ' select * from ' ~ cte
            ) -%}
            {%- if chain.table -%}{%- do run_query('drop table ' ~ chain.table) -%}{%- endif -%}
            {%- set chain.table = table -%}
            {%- set chain.sql = before ~ cte ~ ' as (select * from ' ~ table ~ '),' ~ following -%}
        {%- endfor -%}
        {%- do run_query(
            dbt.spark__create_table_as(temporary, relation, chain.sql, language)
        ) -%}
        {{- return('drop table ' ~ chain.table) -}}
    {%- endif -%}
    {{- return(dbt.spark__create_table_as(temporary, relation, compiled_code, language)) -}}
{% endmacro %}
