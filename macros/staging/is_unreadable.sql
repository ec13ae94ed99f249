{# True when one of the columns holds something that `parse` makes nothing of. #}
{% macro is_unreadable(columns, parse) -%}
    (
        {%- for column in columns %}
        ({{ clean_text(column) }} is not null and {{ parse(column) }} is null)
        {%- if not loop.last %} or{% endif %}
        {%- endfor %}
    )
{%- endmacro %}
