{# A table on DuckDB; under a contract it has the types and constraints of the yml. #}
{% materialization table, adapter='duckdb' %}
    {%- call replace_relation('table') %}
        create or replace table {{ this }}
        {%- if config.get('contract').enforced %}
        {{ get_table_columns_and_constraints() }};
        insert into {{ this }} {{ get_column_names() }}
        {{ get_select_subquery(compiled_code) }};
        {%- else %} as (
        {{ compiled_code }}
        );
        {%- endif %}
    {%- endcall -%}
    {{- return({'relations': [this.incorporate(type='table')]}) -}}
{% endmaterialization %}
