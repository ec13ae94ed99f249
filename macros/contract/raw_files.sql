{# The files of a raw table as something to select from. #}
{% macro raw_files(location) %}{{ return(adapter.dispatch('raw_files')(location)) }}{% endmacro %}

{% macro default__raw_files(location) %}
    {{- exceptions.raise_compiler_error(
        'The target ' ~ target.type ~ ' reads no files: set the location variables to where the'
        ~ ' raw tables are in it. This one is ' ~ location ~ '.'
    ) -}}
{% endmacro %}

{% macro spark__raw_files(location) %}
    {%- if '.csv' in location -%}
        {{- exceptions.raise_compiler_error(
            'On Spark, files must be Parquet; this location is ' ~ location ~ '.'
        ) -}}
    {%- endif -%}
    {{- return('parquet.`' ~ location ~ '`') -}}
{% endmacro %}
