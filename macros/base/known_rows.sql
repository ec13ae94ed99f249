{#
    A CTE's worth of SQL: every delivery that was ever accepted, with the days
    [known_from, known_to) on which it was the latest of its key that had been loaded. What
    was known on a day is what was there by its end; a later delivery does not change it.
#}
{% macro known_rows(classified, key) -%}
    select
        *,
        cast(loaded_at as date) as known_from,
        coalesce(lead(cast(loaded_at as date)) over (
            partition by {{ key | join(', ') }}
            order by loaded_at, raw_row
        ), {{ never() }}) as known_to

    from {{ classified }}

    where disposition <> 'quarantined'
{%- endmacro %}
