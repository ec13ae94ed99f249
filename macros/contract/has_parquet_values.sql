{# Whether a float column of some of the files holds a value, as far as their footers tell. #}
{% macro has_parquet_values(location, column) %}
    {%- set values = run_query(
        "select count(*) from parquet_metadata('" ~ location ~ "')"
        ~ " where lower(path_in_schema) = '" ~ column ~ "' and type in ('FLOAT', 'DOUBLE')"
        ~ ' and coalesce(stats_null_count < num_values, true)'
    ) -%}
    {{- return(values.rows[0][0] > 0) -}}
{% endmacro %}
