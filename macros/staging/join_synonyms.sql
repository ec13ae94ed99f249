{# The synonyms of a column of fixed words, for `contract_word`; the model imports the seed. #}
{% macro join_synonyms(table_name, column) -%}
    left join value_synonyms as {{ column }}_synonyms
        on {{ column }}_synonyms.table_name = '{{ table_name }}'
            and {{ column }}_synonyms.column_name = '{{ column }}'
            and {{ column }}_synonyms.delivered_word = lower({{ clean_text(column) }})
{%- endmacro %}
