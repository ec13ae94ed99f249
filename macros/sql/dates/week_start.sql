{# The first day of a date's week, which begins on the variable week_start_day. #}
{% macro week_start(column) %}
    {%- if checked_var('week_start_day') == 'monday' -%}
        {{- monday_of(column) -}}
    {%- else -%}
        {{- add_days(monday_of(add_days(column, 1)), -1) -}}
    {%- endif -%}
{% endmacro %}
