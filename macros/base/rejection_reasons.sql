{#
    `conditions` maps a reason, a rule of `rejection_rules` and the column that breaks it with a
    colon between them, to the condition under which it does.
#}
{% macro rejection_reasons(conditions) -%}
    {%- set reasons = [] -%}
    {%- for reason, condition in conditions.items() -%}
        {%- do reasons.append('case when ' ~ condition ~ " then '" ~ reason ~ "' end") -%}
    {%- endfor -%}
    {{ comma_list(reasons) }}
{%- endmacro %}
