{# The id of the definition that metrics count by. #}
{% macro default_definition() %}
    {{- text_var('default_definition_id') -}}
{% endmacro %}
