{#
    Counts, for every day from the first activity to as_of_date, the spans that cover it:
    how many entered up to that day less how many left. One row per definition, window, day.
#}
{% macro active_counts_daily(spans, count_name) -%}
with

spans as (
    select * from {{ spans }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

windows as (
    select * from {{ ref('int_activity_windows') }}
),

changes as (
    select
        definition_id,
        window_days,
        active_from as change_date,
        1 as active_change

    from spans

    union all

    select
        definition_id,
        window_days,
        active_to as change_date,
        -1 as active_change

    from spans
),

daily_changes as (
    select
        definition_id,
        window_days,
        change_date,
        sum(active_change) as active_change

    from changes

    group by definition_id, window_days, change_date
),

first_dates as (
    select
        definition_id,
        min(active_from) as first_date

    from spans

    group by definition_id
),

days as (
    select
        windows.definition_id,
        windows.window_days,
        dates.date_day as activity_date

    from windows
    inner join first_dates
        on windows.definition_id = first_dates.definition_id
    cross join as_of
    inner join {{ ref('dim_dates') }} as dates
        on first_dates.first_date <= dates.date_day
            and as_of.as_of_date >= dates.date_day
),

counts as (
    select
        days.definition_id,
        days.window_days,
        days.activity_date,
        sum(coalesce(daily_changes.active_change, 0)) over (
            partition by days.definition_id, days.window_days
            order by days.activity_date
            rows between unbounded preceding and current row
        ) as active_count

    from days
    left join daily_changes
        on days.definition_id = daily_changes.definition_id
            and days.window_days = daily_changes.window_days
            and days.activity_date = daily_changes.change_date
),

-- Days active, summed over all who were: what entered the window less what left it.
running_days as (
    select
        definition_id,
        activity_date,
        sum(active_count) over (
            partition by definition_id
            order by activity_date
            rows between unbounded preceding and current row
        ) as running_day_count

    from counts

    where window_days = 1
),

final as (
    select
        counts.definition_id,
        cast(counts.window_days as integer) as window_days,
        cast(counts.active_count as bigint) as {{ count_name }},
        cast(
            ending.running_day_count - coalesce(starting.running_day_count, 0) as bigint
        ) as active_day_count,
        {{ rate(
            'ending.running_day_count - coalesce(starting.running_day_count, 0)',
            '(counts.window_days * counts.active_count)',
        ) }} as stickiness_rate,
        counts.definition_id = {{ default_definition() }} as is_default_definition,
        counts.activity_date

    from counts
    inner join running_days as ending
        on counts.definition_id = ending.definition_id
            and counts.activity_date = ending.activity_date
    left join running_days as starting
        on counts.definition_id = starting.definition_id
            and {{ add_days('counts.activity_date', '-counts.window_days') }}
            = starting.activity_date
)

select * from final
{%- endmacro %}
