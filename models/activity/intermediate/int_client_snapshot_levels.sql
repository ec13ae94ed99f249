-- Grain: one row per definition, client and month end (or as_of_date) on which the definition
-- is valid: what the window that ends that day holds, where that of any definition holds some.

with

user_activity as (
    select * from {{ ref('fct_user_activity_daily') }}
),

definitions as (
    select * from {{ ref('active_definitions') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

snapshots as (
    select
        definitions.definition_id,
        definitions.window_days,
        dates.date_day as snapshot_date

    from definitions
    cross join as_of
    inner join dates
        on {{ is_within('dates.date_day', 'definitions') }}

    where dates.date_day = as_of.as_of_date
        or (dates.is_month_end and dates.date_day < as_of.as_of_date)
),

window_dates as (
    select
        snapshots.definition_id,
        snapshots.snapshot_date,
        dates.date_day as activity_date

    from snapshots
    inner join dates
        on snapshots.snapshot_date >= dates.date_day
            and {{ add_days('snapshots.snapshot_date', '-snapshots.window_days') }}
            < dates.date_day
),

levels as (
    select
        window_dates.definition_id,
        user_activity.client_id,
        count(distinct user_activity.user_id) as user_count,
        cast(sum(user_activity.event_count) as bigint) as event_count,
        count(distinct user_activity.activity_date) as day_count,
        window_dates.snapshot_date

    from window_dates
    inner join user_activity
        on window_dates.definition_id = user_activity.definition_id
            and window_dates.activity_date = user_activity.activity_date

    group by
        window_dates.definition_id,
        user_activity.client_id,
        window_dates.snapshot_date
),

client_snapshots as (
    select distinct
        client_id,
        snapshot_date

    from levels
),

final as (
    select
        snapshots.definition_id,
        client_snapshots.client_id,
        coalesce(levels.user_count, 0) as user_count,
        coalesce(levels.event_count, 0) as event_count,
        coalesce(levels.day_count, 0) as day_count,
        client_snapshots.snapshot_date

    from client_snapshots
    inner join snapshots
        on client_snapshots.snapshot_date = snapshots.snapshot_date
    left join levels
        on snapshots.definition_id = levels.definition_id
            and client_snapshots.client_id = levels.client_id
            and client_snapshots.snapshot_date = levels.snapshot_date
)

select * from final
