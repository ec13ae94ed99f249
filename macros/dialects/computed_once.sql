{#
    Lets an engine compute a CTE before it looks at what reads it. Without it PostgreSQL copies
    the CTE's expressions into every place that reads them, and DuckDB's planner looks at every
    CTE of a chain twice as often as at the next. A large one costs DuckDB memory for nothing.
#}
{% macro computed_once(is_large=false) %}
    {{- return(adapter.dispatch('computed_once')(is_large)) -}}
{% endmacro %}

{% macro default__computed_once(is_large) %}{% endmacro %}

{% macro duckdb__computed_once(is_large) %}
    {{- 'materialized' if not is_large -}}
{% endmacro %}

{% macro postgres__computed_once(is_large) %}materialized{% endmacro %}
