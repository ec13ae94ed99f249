{% macro number_var(name, minimum=0, maximum=none) %}
    {%- set value = var(name) | string -%}
    {%- set is_number = modules.re.fullmatch('-?[0-9]+([.][0-9]+)?', value) -%}
    {%- if not is_number
        or (value | float) < minimum
        or (maximum is not none and (value | float) > maximum) -%}
        {{- exceptions.raise_compiler_error(
            "The variable " ~ name ~ " is '" ~ value ~ "'; it must be a number from " ~ minimum
            ~ (" up." if maximum is none else " to " ~ maximum ~ ".")
        ) -}}
    {%- endif -%}
    {{- value -}}
{%- endmacro %}
