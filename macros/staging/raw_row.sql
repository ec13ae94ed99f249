{# The row as it was delivered, as JSON text: every column of the contract, in its order. #}
{% macro raw_row(source_name, table_name) %}
    {%- if not execute -%}
        {{- return("''") -}}
    {%- endif -%}
    {{- json_row(input_contract(source_name, table_name).columns | list) -}}
{% endmacro %}
