{# `rules` maps a rule of `rejection_rules` to the condition under which a row breaks it. #}
{% macro rejection_reasons(rules) -%}
    {%- set reasons = [] -%}
    {%- for rule, condition in rules.items() -%}
        {%- do reasons.append('case when ' ~ condition ~ " then '" ~ rule ~ "' end") -%}
    {%- endfor -%}
    {{ comma_list(reasons) }}
{%- endmacro %}
