{# The row as it was delivered, as JSON text: every column of the contract, in its order. #}
{% macro raw_row(source_name, table_name) %}
    {%- if not execute -%}
        {{- return("''") -}}
    {%- endif -%}
    concat(
        '{',
        {%- for column in input_contract(source_name, table_name).columns %}
        '{{ '' if loop.first else ', ' }}"{{ column }}": ', {{ json_text(column) }},
        {%- endfor %}
        '}'
    )
{%- endmacro %}
