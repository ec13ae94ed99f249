{#
    How many terms of `term_months` months from a first day are over on a day: the most for
    which add_months gives no later day. What starts on the 31st of January is a month old on
    the last of February, what starts then is a month old on the 28th of March.
#}
{% macro terms_elapsed(start, day, term_months) -%}
    cast(floor(cast(
        {{ months_between(start, day) }}
        - case
            when {{ day }} = {{ month_end(day) }} then 0
            when extract(day from {{ day }}) < extract(day from {{ start }}) then 1
            else 0
        end
        as {{ type_double() }}) / {{ term_months }}) as integer)
{%- endmacro %}
