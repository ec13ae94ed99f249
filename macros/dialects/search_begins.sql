{#
    Marks where a search begins, with the CTEs before it that its rounds read; see
    spark__create_table_as.
#}
{% macro search_begins(ctes) %}{{ return(adapter.dispatch('search_begins')(ctes)) }}{% endmacro %}

{% macro default__search_begins(ctes) %}{% endmacro %}

{% macro spark__search_begins(ctes) %}
-- search begins: {{ ctes | join(' ') }}
{% endmacro %}
