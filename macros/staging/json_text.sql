{# A column as a JSON string; chr(92) is the backslash, which engines escape differently. #}
{% macro json_text(column) -%}
    {%- set escaped -%}
        replace(replace(replace(replace(
            cast({{ column }} as {{ dbt.type_string() }}),
            chr(92), concat(chr(92), chr(92))), '"', concat(chr(92), '"')),
            chr(10), concat(chr(92), 'n')), chr(13), concat(chr(92), 'r'))
    {%- endset -%}
    case
        when {{ column }} is null then 'null'
        else {{ joined_text(["'\"'", escaped, "'\"'"]) }}
    end
{%- endmacro %}
