-- Grain: one row per definition that asks for more than one event, client, window and day on
-- which the client's users, events or active days within the window change; they hold until
-- `next_change_date`.

{% set keys = ['definition_id', 'client_id', 'window_days'] %}

with

definitions as (
    select *
    from {{ ref('active_clients', 'active_definitions') }} as definitions
    where not ({{ is_met_by_any_event('definitions') }})
),

active_days as (
    select user_activity.*
    from {{ ref('active_clients', 'fct_user_activity_daily') }} as user_activity
    inner join definitions
        on user_activity.definition_id = definitions.definition_id
),

client_days as (
    select * from {{ ref('active_clients', 'fct_client_activity_daily') }}
),

windows as (
    select windows.*
    from {{ ref('active_clients', 'int_activity_windows') }} as windows
    inner join definitions
        on windows.definition_id = definitions.definition_id
),

{{ coverage_spans('active_days', 'windows', ['definition_id', 'client_id', 'user_id']) }},

directions as (
    select 1 as direction
    union all
    select -1 as direction
),

-- What enters a client's window on a day, and leaves it `window_days` later.
changes as (
    select
        spans.definition_id,
        spans.client_id,
        spans.window_days,
        case when directions.direction = 1 then spans.active_from else spans.active_to end
            as change_date,
        directions.direction as user_change,
        0 as event_change,
        0 as day_change

    from spans
    cross join directions

    union all

    select
        client_days.definition_id,
        client_days.client_id,
        windows.window_days,
        case
            when directions.direction = 1 then client_days.activity_date
            else {{ add_days('client_days.activity_date', 'windows.window_days') }}
        end as change_date,
        0 as user_change,
        directions.direction * client_days.event_count as event_change,
        directions.direction as day_change

    from client_days
    inner join windows
        on client_days.definition_id = windows.definition_id
    cross join directions
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

final as (
    select
        definition_id,
        client_id,
        window_days,
        change_date,
        cast({{ running_sum('user_change', keys) }} as bigint) as user_count,
        cast({{ running_sum('event_change', keys) }} as bigint) as event_count,
        cast({{ running_sum('day_change', keys) }} as bigint) as day_count,
        lead(change_date) over (partition by {{ keys | join(', ') }} order by change_date)
            as next_change_date

    from change_dates
)

select * from final
