{#
    Marks the end of a round of a search, whose rows Spark writes to a table before it plans
    the next; see spark__create_table_as. Other engines plan the whole search at once.
#}
{% macro search_checkpoint(cte) -%}
    {{- return(adapter.dispatch('search_checkpoint')(cte)) -}}
{%- endmacro %}

{% macro default__search_checkpoint(cte) %}{% endmacro %}

{% macro spark__search_checkpoint(cte) %}
-- search checkpoint: {{ cte }}
{% endmacro %}
