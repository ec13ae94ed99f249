{# A word in lower case, or the contract's word for it where it has a synonym. #}
{% macro contract_word(column) -%}
    coalesce({{ column }}_synonyms.contract_word, lower({{ clean_text(column) }}))
{%- endmacro %}
