{# A literal that changes with the text of rules, as it is sent to the database. #}
{% macro rules_fingerprint(rules) -%}
    '{{ local_md5(rules) }}'
{%- endmacro %}
