{# The columns of a recursive CTE, on engines that want to be told them. #}
{% macro recursive_columns(columns) %}
    {{- return(adapter.dispatch('recursive_columns')(columns)) -}}
{% endmacro %}

{% macro default__recursive_columns(columns) %}{% endmacro %}

{% macro trino__recursive_columns(columns) %} ({{ columns | join(', ') }}){% endmacro %}

{% macro redshift__recursive_columns(columns) %} ({{ columns | join(', ') }}){% endmacro %}
