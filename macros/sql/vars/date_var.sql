{% macro date_var(name) %}
    {%- set value = var(name) | string -%}
    {%- if not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', value) -%}
        {{- exceptions.raise_compiler_error(
            "The variable " ~ name ~ " is '" ~ value ~ "'; it must be a date such as 2025-06-30."
        ) -}}
    {%- endif -%}
    cast('{{ value }}' as date)
{%- endmacro %}
