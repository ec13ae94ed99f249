{#
    The day up to which what was loaded is history, known from when it happened: the variable
    history_loaded_until or, where that is empty, the day of a table's first load.

    first_loaded_date  that day, as an expression
#}
{% macro history_loaded_until(first_loaded_date) -%}
    {%- if checked_var('history_loaded_until') -%}
        {{ date_var('history_loaded_until') }}
    {%- else -%}
        {{ first_loaded_date }}
    {%- endif -%}
{%- endmacro %}
