{% macro is_too_old(column) -%}
    {{ column }} < cast({{ date_var('earliest_date') }} as {{ type_utc() }})
{%- endmacro %}
