-- Grain: one row per definition, client, window and span of days [active_from, active_to) on
-- which the client met the definition's thresholds (users, events, days) within the window.

{% set keys = ['definition_id', 'client_id', 'window_days'] %}

with

active_days as (
    select * from {{ ref('fct_user_activity_daily') }}
),

client_days as (
    select * from {{ ref('fct_client_activity_daily') }}
),

definitions as (
    select * from {{ ref('active_definitions') }}
),

windows as (
    select * from {{ ref('int_activity_windows') }}
),

{{ coverage_spans('active_days', ['definition_id', 'client_id', 'user_id']) }},

-- What enters a client's window on a day, and leaves it `window_days` later.
changes as (
    select
        definition_id,
        client_id,
        window_days,
        active_from as change_date,
        1 as user_change,
        0 as event_change,
        0 as day_change

    from spans

    union all

    select
        definition_id,
        client_id,
        window_days,
        active_to as change_date,
        -1 as user_change,
        0 as event_change,
        0 as day_change

    from spans

    union all

    select
        client_days.definition_id,
        client_days.client_id,
        windows.window_days,
        client_days.activity_date as change_date,
        0 as user_change,
        client_days.event_count as event_change,
        1 as day_change

    from client_days
    inner join windows
        on client_days.definition_id = windows.definition_id

    union all

    select
        client_days.definition_id,
        client_days.client_id,
        windows.window_days,
        {{ add_days('client_days.activity_date', 'windows.window_days') }} as change_date,
        0 as user_change,
        -client_days.event_count as event_change,
        -1 as day_change

    from client_days
    inner join windows
        on client_days.definition_id = windows.definition_id
),

change_dates as (
    select
        definition_id,
        client_id,
        window_days,
        change_date,
        sum(user_change) as user_change,
        sum(event_change) as event_change,
        sum(day_change) as day_change

    from changes

    group by definition_id, client_id, window_days, change_date
),

levels as (
    select
        definition_id,
        client_id,
        window_days,
        change_date,
        {{ running_sum('user_change', keys) }} as user_count,
        {{ running_sum('event_change', keys) }} as event_count,
        {{ running_sum('day_change', keys) }} as day_count,
        lead(change_date) over (
            partition by definition_id, client_id, window_days
            order by change_date
        ) as next_change_date

    from change_dates
),

qualifying_levels as (
    select
        levels.definition_id,
        levels.client_id,
        levels.window_days,
        levels.change_date,
        levels.next_change_date,
        lag(levels.next_change_date) over (
            partition by levels.definition_id, levels.client_id, levels.window_days
            order by levels.change_date
        ) as previous_end_date

    from levels
    inner join definitions
        on levels.definition_id = definitions.definition_id

    where levels.user_count >= definitions.min_users
        and levels.event_count >= definitions.min_events
        and levels.day_count >= definitions.min_days
),

numbered_levels as (
    select
        *,
        sum(case when change_date = previous_end_date then 0 else 1 end) over (
            partition by definition_id, client_id, window_days
            order by change_date
            rows between unbounded preceding and current row
        ) as span_number

    from qualifying_levels
),

final as (
    select
        definition_id,
        client_id,
        window_days,
        min(change_date) as active_from,
        max(next_change_date) as active_to

    from numbered_levels

    group by definition_id, client_id, window_days, span_number
)

select * from final
