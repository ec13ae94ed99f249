{# True when a column holds something that `parse` makes nothing of. #}
{% macro is_unreadable(column, parse) -%}
    ({{ clean_text(column) }} is not null and {{ parse(column) }} is null)
{%- endmacro %}
