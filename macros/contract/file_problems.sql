{#
    What is wrong with a raw table itself, and its columns if that are files: each file is looked
    at by itself, so that none of them changes what all of them mean. DuckDB alone reads them.
#}
{% macro file_problems(contract, location) %}
    {{- return(adapter.dispatch('file_problems')(contract, location)) -}}
{% endmacro %}

{% macro default__file_problems(contract, location) %}
    {{- return({
        'columns': none,
        'problems': [] if '/' in location else table_problems(contract),
    }) -}}
{% endmacro %}

{% macro duckdb__file_problems(contract, location) %}
    {%- if '/' not in location or delivered_files(contract, location) == [] -%}
        {{- return(default__file_problems(contract, location)) -}}
    {%- elif '.parquet' in location -%}
        {{- return(parquet_problems(contract, location)) -}}
    {%- endif -%}
    {{- return(csv_problems(contract, location)) -}}
{% endmacro %}
