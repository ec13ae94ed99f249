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
        'problems': [] if location.kind == 'files' else table_problems(contract, location),
    }) -}}
{% endmacro %}

{% macro duckdb__file_problems(contract, location) %}
    {%- if location.kind != 'files' or delivered_files(location) == [] -%}
        {{- return(default__file_problems(contract, location)) -}}
    {%- elif '.parquet' in location.place -%}
        {{- return(parquet_problems(contract, location.place)) -}}
    {%- endif -%}
    {{- return(csv_problems(contract, location)) -}}
{% endmacro %}
