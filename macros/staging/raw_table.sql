{# A raw table; when its flag is off, no rows in the shape of its contract. #}
{% macro raw_table(source_name, table_name) %}
    {%- set relation = raw_relation(source_name, table_name) -%}
    {%- if not execute -%}
        {{- return(relation) -}}
    {%- endif -%}
    {%- set contract = input_contract(source_name, table_name) -%}
    {%- if var(contract.config.meta.get('flag', ''), true) -%}
        {{- return(relation) -}}
    {%- endif -%}
    (
        select
            {%- for column in contract.columns %}
            cast(null as {{ dbt.type_string() }}) as {{ column }}
            {%- if not loop.last %},{% endif %}
            {%- endfor %}
        {{ from_nothing() }}
        where 1 = 0
    ) as {{ table_name }}
{%- endmacro %}
