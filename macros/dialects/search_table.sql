{# Writes the rows of the last CTE of a chain to a table, which is returned. #}
{% macro search_table(relation, cte, chain) %}
    {%- set table = api.Relation.create(
        database=relation.database, schema=relation.schema, type='table',
        identifier=relation.identifier ~ '__' ~ cte
    ) -%}
    {%- do run_query('drop table if exists ' ~ table) -%}
    {%- do run_query(
        'create table ' ~ table ~ ' using parquet as ' ~ chain.strip().rstrip(',')
        ~ ' select * from ' ~ cte
    ) -%}
    {{- return(table) -}}
{% endmacro %}
