{% macro text_var(name, pattern) %}
    {%- set value = var(name) | string -%}
    {%- if not modules.re.fullmatch(pattern, value) -%}
        {{- exceptions.raise_compiler_error(
            "The variable " ~ name ~ " is '" ~ value ~ "'; it must match " ~ pattern ~ "."
        ) -}}
    {%- endif -%}
    '{{ value }}'
{%- endmacro %}
