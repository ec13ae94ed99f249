{# A text to group by, `unknown` where it is missing. #}
{% macro comparable_text(column) -%}
    coalesce(cast({{ column }} as {{ dbt.type_string() }}), 'unknown')
{%- endmacro %}
