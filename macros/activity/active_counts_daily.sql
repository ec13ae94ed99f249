{#
    CTEs that end with `window_counts`: for every day from the first activity to as_of_date, who is
    active within the window: how many became it up to that day less how many ceased to be, as
    `active_count`, and the days on which they were, as `day_count`. One row per definition,
    window, attribute, value and day.
#}
{% macro active_counts_daily(changes, definitions, dates, as_of) -%}
first_dates as (
    select
        definition_id,
        min(change_date) as first_date

    from {{ changes }}

    group by definition_id
),

counted_groups as (
    select distinct
        definition_id,
        window_days,
        attribute,
        attribute_value

    from {{ changes }}
),

days as (
    select
        counted_groups.*,
        definitions.min_days,
        dates.date_day as activity_date

    from counted_groups
    inner join {{ definitions }} as definitions
        on counted_groups.definition_id = definitions.definition_id
    inner join first_dates
        on counted_groups.definition_id = first_dates.definition_id
    cross join {{ as_of }} as as_of
    inner join {{ dates }} as dates
        on first_dates.first_date <= dates.date_day
            and as_of.as_of_date >= dates.date_day
            and {{ or_never('definitions.valid_to') }} > dates.date_day
),

counts as (
    select
        days.*,
        sum(coalesce(changes.entity_change, 0)) over (
            partition by
                days.definition_id, days.window_days, days.attribute, days.attribute_value
            order by days.activity_date
            rows between unbounded preceding and current row
        ) as active_count

    from days
    left join {{ changes }} as changes
        on days.definition_id = changes.definition_id
            and days.window_days = changes.window_days
            and days.attribute = changes.attribute
            and days.attribute_value = changes.attribute_value
            and days.activity_date = changes.change_date
),

-- Days active, summed over all who were, from the first day up to each.
running_days as (
    select
        definition_id,
        attribute,
        attribute_value,
        activity_date,
        sum(active_count) over (
            partition by definition_id, attribute, attribute_value
            order by activity_date
            rows between unbounded preceding and current row
        ) as running_day_count

    from counts

    where window_days = 1
),

-- What entered the window less what left it; none where nobody was active on a single day,
-- unknown where the definition needs more than one.
window_counts as (
    select
        counts.*,
        case
            when counts.min_days = 1
                then coalesce(ending.running_day_count, 0)
                - coalesce(starting.running_day_count, 0)
        end as day_count

    from counts
    left join running_days as ending
        on counts.definition_id = ending.definition_id
            and counts.attribute = ending.attribute
            and counts.attribute_value = ending.attribute_value
            and counts.activity_date = ending.activity_date
    left join running_days as starting
        on counts.definition_id = starting.definition_id
            and counts.attribute = starting.attribute
            and counts.attribute_value = starting.attribute_value
            and {{ add_days('counts.activity_date', '-counts.window_days') }}
            = starting.activity_date
)
{%- endmacro %}
