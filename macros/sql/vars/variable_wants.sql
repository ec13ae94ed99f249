{# What a variable takes, in words. #}
{% macro variable_wants(rule) %}
    {%- if rule.kind == 'list' -%}
        a list such as {{ rule.example }}
    {%- elif rule.kind == 'date' -%}
        a date such as 2025-06-30
    {%- elif rule.kind == 'time zone' -%}
        a time zone such as Europe/Paris
    {%- elif rule.kind in ('number', 'whole number') -%}
        a {{ rule.kind }} from {{ rule.minimum }}
        {{- ' to ' ~ rule.maximum if rule.maximum is defined else ' up' }}
    {%- elif rule.choices is defined -%}
        one of {{ rule.choices | join(', ') }}
    {%- elif rule.kind == 'text' -%}
        text such as {{ rule.example }}
    {%- else -%}
        {{ rule.kind }}
    {%- endif -%}
    {%- if rule.kind == 'list' and rule.choices is defined %} of {{ rule.choices | join(', ') }}
        {{- ' or several joined by ' ~ rule.joined_by if rule.joined_by is defined }}
    {%- endif -%}
    {%- if rule.may_be_empty is defined %}, or ''{% endif -%}
{% endmacro %}
