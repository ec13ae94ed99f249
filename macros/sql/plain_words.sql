{# A code as words: `days_since_contact` is read as days since contact. #}
{% macro plain_words(column) -%}
    {{ dbt.replace(column, "'_'", "' '") }}
{%- endmacro %}
