{#
    Whole terms of `term_months` months between a start and a day. What starts on the last day
    of a month has its anniversaries on last days; what starts on the 31st of January is a
    month old on the 28th of February.
#}
{% macro terms_elapsed(start, day, term_months) -%}
    cast(floor(cast(
        {{ months_between(start, day) }}
        - case
            when {{ day }} = {{ month_end(day) }} then 0
            when {{ start }} = {{ month_end(start) }} then 1
            when extract(day from {{ day }}) < extract(day from {{ start }}) then 1
            else 0
        end
        as {{ type_double() }}) / {{ term_months }}) as integer)
{%- endmacro %}
