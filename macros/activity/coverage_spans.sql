{#
    Merges active days into spans [active_from, active_to): the days that have an active day
    among the `window_days` ending with them. One row per entity, window and span. Replaces
    the join of every day with every window, at the cost of one sort; only the days that
    start a span are looked at again.
#}
{% macro coverage_spans(active_days, windows, keys) -%}
    neighbouring_days as (
        select
            {{ keys | join(', ') }},
            activity_date,
            lag(activity_date) over (
                partition by {{ keys | join(', ') }}
                order by activity_date
            ) as previous_date,
            last_value(activity_date) over (
                partition by {{ keys | join(', ') }}
                order by activity_date
                rows between unbounded preceding and unbounded following
            ) as last_date

        from {{ active_days }}
    ),

    span_starts as (
        select
            neighbouring_days.*,
            windows.window_days

        from neighbouring_days
        inner join {{ windows }} as windows
            on neighbouring_days.definition_id = windows.definition_id

        where neighbouring_days.previous_date is null
            or {{ dbt.datediff(
                'neighbouring_days.previous_date', 'neighbouring_days.activity_date', 'day'
            ) }} > windows.window_days
    ),

    -- A span ends with the active day before the next one starts.
    span_ends as (
        select
            {{ keys | join(', ') }},
            window_days,
            activity_date,
            coalesce(
                lead(previous_date) over (
                    partition by {{ keys | join(', ') }}, window_days
                    order by activity_date
                ),
                last_date
            ) as last_active_date

        from span_starts
    ),

    spans as (
        select
            {{ keys | join(', ') }},
            window_days,
            activity_date as active_from,
            {{ add_days('last_active_date', 'window_days') }} as active_to

        from span_ends
    )
{%- endmacro %}
