{# Why a variable cannot have a value, in a line that says what it takes and means; or nothing. #}
{% macro variable_problem(name, rule, value) %}
    {%- if variable_fault(rule, value) -%}
        {%- set shown = "'" ~ value ~ "'" if value is string else value -%}
        {%- set zones = modules.pytz.all_timezones | default([]) -%}
        {%- set zone = nearest_name(shown | string, zones) if rule.kind == 'time zone' else '' -%}
        The variable {{ name }} is {{ shown }}; it must be {{ variable_wants(rule) }}
        {{- ' (did you mean ' ~ zone ~ '?)' if zone }}. {{ rule.meaning }}.
    {%- endif -%}
{% endmacro %}
