{# Months from one renewal to the next; bills by the day or week renew by the month. #}
{% macro term_months(subscription) -%}
    cast(greatest(1, floor(
        12 * cast({{ subscription }}.billing_interval_count as {{ type_double() }})
        / billing_intervals.intervals_per_year + 0.5
    )) as integer)
{%- endmacro %}
