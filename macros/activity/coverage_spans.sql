{#
    Merges active days into spans [active_from, active_to): the days that have an active day
    among the `window_days` ending with them. One row per entity, window and span. Replaces
    the join of every day with every window, at the cost of one sort.
#}
{% macro coverage_spans(active_days, keys) -%}
    previous_days as (
        select
            {{ keys | join(', ') }},
            activity_date,
            lag(activity_date) over (
                partition by {{ keys | join(', ') }}
                order by activity_date
            ) as previous_date

        from {{ active_days }}
    ),

    span_starts as (
        select
            previous_days.*,
            windows.window_days,
            case
                when {{ dbt.datediff('previous_date', 'activity_date', 'day') }}
                    <= windows.window_days
                    then 0
                else 1
            end as starts_span

        from previous_days
        inner join {{ ref('int_activity_windows') }} as windows
            on previous_days.definition_id = windows.definition_id
    ),

    numbered_spans as (
        select
            *,
            sum(starts_span) over (
                partition by {{ keys | join(', ') }}, window_days
                order by activity_date
                rows between unbounded preceding and current row
            ) as span_number

        from span_starts
    ),

    spans as (
        select
            {{ keys | join(', ') }},
            window_days,
            min(activity_date) as active_from,
            {{ add_days('max(activity_date)', 'window_days') }} as active_to

        from numbered_spans

        group by {{ keys | join(', ') }}, window_days, span_number
    )
{%- endmacro %}
