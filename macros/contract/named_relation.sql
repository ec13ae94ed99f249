{# The relation of a name such as raw.clients or lake.raw.clients. #}
{% macro named_relation(name) %}
    {%- set parts = name.split('.') -%}
    {{- return(api.Relation.create(
        database=parts[0] if parts | length == 3 else target.database,
        schema=parts[-2],
        identifier=parts[-1],
    )) -}}
{% endmacro %}
