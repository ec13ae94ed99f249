{% macro is_after_load(column) -%}
    {{ column }} > {{ dbt.dateadd('minute', number_var('clock_skew_minutes'), 'loaded_at') }}
{%- endmacro %}
