{# Whether the engine replaces whole month partitions where others delete and insert days. #}
{% macro replaces_months() %}
    {{- return(target.type in ('spark', 'databricks', 'bigquery')) -}}
{% endmacro %}
