{# Contracts say `text`, which DuckDB and PostgreSQL know; Spark calls it `string`. #}
{% macro spark__get_empty_schema_sql(columns) %}
    {%- set translated = {} -%}
    {%- for name, column in columns.items() -%}
        {%- set data_type = 'string' if column.data_type == 'text' else column.data_type -%}
        {%- do translated.update({name: dict(column, data_type=data_type)}) -%}
    {%- endfor -%}
    {{- default__get_empty_schema_sql(translated) -}}
{% endmacro %}
