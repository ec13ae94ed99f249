{# True when a source is the demo and the engine cannot read the demo's files in place. #}
{% macro reads_demo_seeds(source_name) %}
    {{- return(
        target.type != 'duckdb'
        and var(source_name ~ '_location') == 'seeds/demo/{name}.csv'
    ) -}}
{% endmacro %}
