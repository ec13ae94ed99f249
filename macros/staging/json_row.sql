{# Columns as JSON text, under their names less the prefix. #}
{% macro json_row(columns, prefix='') %}
    {%- set texts = ["'{'"] -%}
    {%- for column in columns -%}
        {%- do texts.append("'" ~ ('' if loop.first else ', ') ~ '"' ~ column ~ '": \'') -%}
        {%- do texts.append(json_text(prefix ~ column)) -%}
    {%- endfor -%}
    {%- do texts.append("'}'") -%}
    {{ joined_text(texts) }}
{%- endmacro %}
