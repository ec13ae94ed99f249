{# Whether a raw table, by source and name, is there: who lacks one says so by its flag. #}
{% macro is_delivered(raw_table) -%}
    {%- set always = [
        'crm.clients', 'product.usage_events', 'billing.subscriptions',
        'feedback.survey_responses',
    ] -%}
    {{- return(raw_table in always or var(raw_table.split('.')[1] ~ '_enabled')) -}}
{%- endmacro %}
