{#
    Whether a row must be read again: always where all is counted, else when it falls on one of
    the CTE `touched_days`, or, where month partitions are replaced, in one of its months.
#}
{% macro is_touched(column) -%}
    {%- if not can_continue() -%}
        1 = 1
    {%- elif replaces_months() -%}
        {{ month_start(column) }} in (
            select {{ month_start('touched_days.activity_date') }} from touched_days
        )
    {%- else -%}
        {{ column }} in (select touched_days.activity_date from touched_days)
    {%- endif -%}
{%- endmacro %}
