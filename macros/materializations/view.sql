{# A view on DuckDB. #}
{% materialization view, adapter='duckdb' %}
    {%- call replace_relation('view') %}
        create or replace view {{ this }} as (
        {{ compiled_code }}
        );
    {%- endcall -%}
    {{- return({'relations': [this.incorporate(type='view')]}) -}}
{% endmaterialization %}
