{# The UTC timestamp of a wall-clock time in the reporting time zone. #}
{% macro reporting_instant(column) %}
    {%- set zone = text_var('reporting_time_zone') -%}
    {%- if zone == "'UTC'" -%}
        {{ column }}
    {%- else -%}
        {{ from_time_zone(column, zone) }}
    {%- endif -%}
{% endmacro %}
