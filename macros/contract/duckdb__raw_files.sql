{# Files on DuckDB; values of CSV stay text. The scripts read it too. #}
{% macro duckdb__raw_files(location) -%}
    {%- if '.parquet' in location -%}
        read_parquet('{{ location }}', union_by_name = true)
    {%- else -%}
        read_csv('{{ location }}', header = true, all_varchar = true, union_by_name = true,{{ ' ' }}
        {{- "delim = ',', quote = '\"', escape = '\"', comment = '', skip = 0, parallel = false)" }}
    {%- endif -%}
{%- endmacro %}
