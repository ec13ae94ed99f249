{# The attributes that the marts with a row per attribute are cut by, and `all`, as a list in SQL. #}
{% macro cut_attributes() -%}
    '{{ (['all'] + checked_var('cut_marts_by')) | unique | join("', '") }}'
{%- endmacro %}
