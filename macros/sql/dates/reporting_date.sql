{# The day of a UTC timestamp in the reporting time zone. #}
{% macro reporting_date(column) %}
    {%- set zone = text_var('reporting_time_zone') -%}
    {%- if zone == "'UTC'" -%}
        cast({{ column }} as date)
    {%- else -%}
        cast({{ in_time_zone(column, zone) }} as date)
    {%- endif -%}
{% endmacro %}
