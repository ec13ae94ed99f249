{# `rules` maps a rule of `rejection_rules` to the condition under which a row breaks it. #}
{% macro rejection_reasons(rules) -%}
    nullif(concat_ws(
        ','
        {%- for rule, condition in rules.items() %},
        case when {{ condition }} then '{{ rule }}' end
        {%- endfor %}
    ), '')
{%- endmacro %}
