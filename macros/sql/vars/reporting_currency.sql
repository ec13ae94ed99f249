{% macro reporting_currency() %}
    {{- text_var('reporting_currency', '[A-Z]{3}') -}}
{% endmacro %}
