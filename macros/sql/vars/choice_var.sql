{% macro choice_var(name, choices) %}
    {%- set value = var(name) | string -%}
    {%- if value not in choices -%}
        {{- exceptions.raise_compiler_error(
            "The variable " ~ name ~ " is '" ~ value ~ "'; it must be one of "
            ~ choices | join(', ') ~ "."
        ) -}}
    {%- endif -%}
    {{- return(value) -}}
{%- endmacro %}
