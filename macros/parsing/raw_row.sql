{# The row as it was delivered, as JSON text: every column of the contract, in its order. #}
{% macro raw_row(source_name, table_name) %}
    {%- if not execute -%}
        {{- return("''") -}}
    {%- endif -%}
    {%- set texts = ["'{'"] -%}
    {%- for column in input_contract(source_name, table_name).columns -%}
        {%- do texts.append("'" ~ ('' if loop.first else ', ') ~ '"' ~ column ~ '": \'') -%}
        {%- do texts.append(json_text(column)) -%}
    {%- endfor -%}
    {%- do texts.append("'}'") -%}
    {{ joined_text(texts) }}
{%- endmacro %}
