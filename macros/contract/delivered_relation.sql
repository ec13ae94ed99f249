{#
    A raw table that is a table or model, as the database has it; none when it is not there. A
    model is asked for by the node that reads it, and is where dbt finds it for that, deferred or
    not.
#}
{% macro delivered_relation(location) %}
    {%- set wanted = ref(location.place) if location.kind == 'model'
        else named_relation(location.place) -%}
    {{- return(adapter.get_relation(wanted.database, wanted.schema, wanted.identifier)) -}}
{% endmacro %}
