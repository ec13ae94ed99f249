{# The rest of a join's condition: the same client, and the same keys. #}
{% macro same_keys(left, right, keys=[]) -%}
    {%- for key in keys + ['client_id'] %}
    and {{ left }}.{{ key }} = {{ right }}.{{ key }}
    {%- endfor %}
{%- endmacro %}
