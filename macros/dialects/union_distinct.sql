{# The operator that adds rows and keeps each once. #}
{% macro union_distinct() %}{{ return(adapter.dispatch('union_distinct')()) }}{% endmacro %}

{% macro default__union_distinct() %}union{% endmacro %}

{% macro bigquery__union_distinct() %}union distinct{% endmacro %}
