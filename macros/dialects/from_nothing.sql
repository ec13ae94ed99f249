{# What a query without a table needs before its `where`. #}
{% macro from_nothing() %}{{ return(adapter.dispatch('from_nothing')()) }}{% endmacro %}

{% macro default__from_nothing() %}{% endmacro %}

{% macro bigquery__from_nothing() %}from (select 1 as one) as nothing{% endmacro %}
