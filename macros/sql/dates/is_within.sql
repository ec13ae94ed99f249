{# Whether a date lies in the half-open range [valid_from, valid_to) of a row; null is open. #}
{% macro is_within(date, row) -%}
    {{ date }} >= coalesce({{ row }}.valid_from, {{ unknown_date() }})
            and {{ date }} < {{ or_never(row ~ '.valid_to') }}
{%- endmacro %}
