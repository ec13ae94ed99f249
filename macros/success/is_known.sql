{# Whether a row of known_rows was what was known of its key on the day of a snapshot. #}
{% macro is_known(row, snapshot) -%}
    {{ snapshot }}.snapshot_date >= {{ row }}.known_from
            and {{ snapshot }}.snapshot_date < {{ row }}.known_to
{%- endmacro %}
