{# Something where a text is none, or not one that its variable can have. #}
{% macro text_fault(rule, value) %}
    {%- if value is not string -%}
        no text
    {%- elif rule.choices is defined -%}
        {{- '' if value in rule.choices else 'no choice' -}}
    {%- elif rule.kind == 'time zone' -%}
        {#- It becomes part of the SQL. dbt v2 has no list of zones. -#}
        {%- if not modules.re.fullmatch('[A-Za-z_]+(/[A-Za-z_+0-9-]+)*', value)
            or (modules.pytz.all_timezones is defined
                and value not in modules.pytz.all_timezones) -%}
            no zone
        {%- endif -%}
    {%- else -%}
        {{- '' if modules.re.fullmatch(rule.pattern, value) else 'no match' -}}
    {%- endif -%}
{% endmacro %}
