{#
    A literal that changes with the text of rules, as it is sent to the database, and says whether
    they were applied to the demo.
#}
{% macro rules_fingerprint(rules) -%}
    '{{ 'demo:' if is_demo_usage() }}{{ local_md5(rules) }}'
{%- endmacro %}
