{# Whether a row of known_rows was what was known of its key on a day. #}
{% macro is_known(row, day) -%}
    {{ day }} >= {{ row }}.known_from
            and {{ day }} < {{ row }}.known_to
{%- endmacro %}
