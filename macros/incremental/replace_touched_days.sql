{#
    The config of a model that replaces whole days: delete and insert them where the engine
    can, overwrite whole month partitions where it cannot (Spark on Parquet, BigQuery).
#}
{% macro replace_touched_days() %}
    {%- if replaces_months() -%}
        {%- set month = {'field': 'activity_month', 'data_type': 'date', 'granularity': 'month'} -%}
        {{- return({
            'materialized': 'incremental',
            'incremental_strategy': 'insert_overwrite',
            'partition_by': month if target.type == 'bigquery' else ['activity_month'],
            'on_schema_change': 'append_new_columns',
        }) -}}
    {%- endif -%}
    {{- return({
        'materialized': 'incremental',
        'incremental_strategy': 'delete+insert',
        'unique_key': 'activity_date',
        'on_schema_change': 'append_new_columns',
    }) -}}
{% endmacro %}
