-- Grain: one row per definition other than the default, client and month end (or as_of_date)
-- at which one of the two counts the client as active and the other does not, with what the
-- one that does not count it missed.

with

user_activity as (
    select * from {{ ref('active_clients', 'fct_user_activity_daily') }}
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

dates as (
    select * from {{ ref('active_clients', 'dim_dates') }}
),

months as (
    select * from {{ ref('active_clients', 'int_months') }}
    where has_begun
),

snapshots as (
    select
        definitions.definition_id,
        definitions.window_days,
        months.period_end_date as snapshot_date

    from definitions
    inner join months
        on {{ is_within('months.period_end_date', 'definitions') }}
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

window_levels as (
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

    from window_levels
),

-- What the window that ends that day holds, where that of any definition holds some.
levels as (
    select
        snapshots.definition_id,
        client_snapshots.client_id,
        coalesce(window_levels.user_count, 0) as user_count,
        coalesce(window_levels.event_count, 0) as event_count,
        coalesce(window_levels.day_count, 0) as day_count,
        client_snapshots.snapshot_date

    from client_snapshots
    inner join snapshots
        on client_snapshots.snapshot_date = snapshots.snapshot_date
    left join window_levels
        on snapshots.definition_id = window_levels.definition_id
            and client_snapshots.client_id = window_levels.client_id
            and client_snapshots.snapshot_date = window_levels.snapshot_date
),

judged as (
    select
        levels.definition_id,
        levels.client_id,
        levels.snapshot_date,
        {{ comma_list([
            "case when levels.day_count = 0 then 'no_qualifying_event' end",
            "case when levels.day_count > 0 and levels.user_count < definitions.min_users"
            ~ " then 'too_few_users' end",
            "case when levels.day_count > 0 and levels.event_count < definitions.min_events"
            ~ " then 'too_few_events' end",
            "case when levels.day_count > 0 and levels.day_count < definitions.min_days"
            ~ " then 'too_few_days' end",
        ]) }} as missed_reasons,
        levels.user_count as active_user_count,
        levels.event_count,
        levels.day_count as active_day_count

    from levels
    inner join definitions
        on levels.definition_id = definitions.definition_id
),

final as (
    select
        -- keys
        judged.definition_id,
        default_judged.definition_id as default_definition_id,
        judged.client_id,

        -- strings
        coalesce(judged.missed_reasons, default_judged.missed_reasons) as missed_reasons,

        -- numerics
        judged.active_user_count,
        judged.event_count,
        judged.active_day_count,
        default_judged.active_user_count as default_active_user_count,
        default_judged.event_count as default_event_count,
        default_judged.active_day_count as default_active_day_count,

        -- booleans
        judged.missed_reasons is null as is_active,
        default_judged.missed_reasons is null as is_active_by_default,

        -- dates
        judged.snapshot_date

    from judged
    inner join judged as default_judged
        on judged.client_id = default_judged.client_id
            and judged.snapshot_date = default_judged.snapshot_date

    where default_judged.definition_id = {{ default_definition() }}
        and judged.definition_id <> {{ default_definition() }}
        and (judged.missed_reasons is null) <> (default_judged.missed_reasons is null)
)

select * from final
