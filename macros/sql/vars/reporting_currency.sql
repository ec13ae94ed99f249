{% macro reporting_currency() %}
    {{- text_var('reporting_currency') -}}
{% endmacro %}
