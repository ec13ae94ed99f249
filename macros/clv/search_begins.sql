{#
    Marks where a search begins, after which its checkpoints repeat the CTEs before it; see
    spark__create_table_as.
#}
{% macro search_begins() %}{{ return(adapter.dispatch('search_begins')()) }}{% endmacro %}

{% macro default__search_begins() %}{% endmacro %}

{% macro spark__search_begins() %}
-- search begins
{% endmacro %}
