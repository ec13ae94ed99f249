{#
    A CTE's worth of SQL: every delivery that was ever accepted, with the days
    [known_from, known_to) on which it was what was known of its key: the latest of those that
    had been loaded. Of history, which was loaded at once, the last delivery is known from when
    it happened. What was known on a day is what was there by its end.

    classified  the judged rows of a table
    table       its name in row_ledger, which says when a row of it happened
    key         columns that identify a row, where they are not those of row_ledger
#}
{% macro known_rows(classified, table, key=none) -%}
    {%- set told = row_ledger() | selectattr('table', 'equalto', table) | first -%}
    {%- set keys = (key or told.key) | join(', ') -%}
    with

    deliveries as (
        select
            *,
            {{ reporting_date('loaded_at') }} <= {{ history_loaded_until(
                'min(' ~ reporting_date('loaded_at') ~ ') over ()'
            ) }} as is_history

        from {{ classified }}

        where disposition <> 'quarantined'
    ),

    dated as (
        select
            *,
            {{ known_at('is_history', told.happened_at) | indent(12) }} as known_at,
            row_number() over (
                partition by {{ keys }}, is_history
                order by loaded_at desc, raw_row desc
            ) as told_rank

        from deliveries
    )

    select
        *,
        {{ reporting_date('known_at') }} as known_from,
        coalesce(lead({{ reporting_date('known_at') }}) over (
            partition by {{ keys }}
            order by loaded_at, raw_row
        ), {{ never() }}) as known_to

    from dated

    where not is_history
        or told_rank = 1
{%- endmacro %}
