-- Grain: one row per definition, client, window and span of days [active_from, active_to) on
-- which the client met the definition's thresholds (users, events, days) within the window.

with

levels as (
    select * from {{ ref('active_clients', 'int_client_activity_levels') }}
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

windows as (
    select * from {{ ref('active_clients', 'int_activity_windows') }}
),

-- Where one event is enough, its days are all there is to know.
client_days as (
    select client_activity.*
    from {{ ref('active_clients', 'fct_client_activity_daily') }} as client_activity
    inner join definitions
        on client_activity.definition_id = definitions.definition_id
    where {{ is_met_by_any_event('definitions') }}
),

{{ coverage_spans('client_days', 'windows', ['definition_id', 'client_id']) }},

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
        active_from,
        active_to

    from spans

    union all

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
