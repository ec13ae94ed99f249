{#
    What is wrong with the files of a raw table, each looked at by itself, so that none of them
    changes what all of them mean, and the columns they have. DuckDB alone reads such files.
#}
{% macro file_problems(contract, location) %}
    {{- return(adapter.dispatch('file_problems')(contract, location)) -}}
{% endmacro %}

{% macro default__file_problems(contract, location) %}
    {{- return({'columns': [], 'problems': []}) -}}
{% endmacro %}

{% macro duckdb__file_problems(contract, location) %}
    {%- if '/' not in location or delivered_files(contract, location) == [] -%}
        {{- return(default__file_problems(contract, location)) -}}
    {%- elif '.parquet' in location -%}
        {{- return(parquet_problems(contract, location)) -}}
    {%- endif -%}
    {{- return(csv_problems(contract, location)) -}}
{% endmacro %}
