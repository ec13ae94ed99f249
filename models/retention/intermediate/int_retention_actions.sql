-- Grain: one row per retention definition, entity (a client or user, as it says) and period
-- with a start or return action. An action without an event name is any core action.

with

core_activity as (
    select * from {{ ref('active_clients', 'fct_user_activity_daily') }}
),

usage_daily as (
    select * from {{ ref('active_clients', 'fct_usage_daily') }}
    where exclusion_reason is null
),

retention_definitions as (
    select * from {{ ref('active_clients', 'retention_definitions') }}
),

date_periods as (
    select * from {{ ref('active_clients', 'int_date_periods') }}
),

named_actions as (
    select
        retention_id,
        definition_id,
        entity_type,
        period_grain,
        lower(trim(start_event_name)) as event_name,
        1 as is_start,
        0 as is_return

    from retention_definitions

    union all

    select
        retention_id,
        definition_id,
        entity_type,
        period_grain,
        lower(trim(return_event_name)) as event_name,
        0 as is_start,
        1 as is_return

    from retention_definitions
),

-- An action that is both a start and a return is looked for once.
actions as (
    select
        retention_id,
        definition_id,
        entity_type,
        period_grain,
        event_name,
        max(is_start) as is_start,
        max(is_return) as is_return

    from named_actions

    group by retention_id, definition_id, entity_type, period_grain, event_name
),

action_days as (
    select
        actions.*,
        core_activity.client_id,
        core_activity.user_id,
        core_activity.activity_date

    from actions
    inner join core_activity
        on actions.definition_id = core_activity.definition_id

    where actions.event_name is null

    union all

    select
        actions.*,
        usage_daily.client_id,
        usage_daily.user_id,
        usage_daily.activity_date

    from actions
    inner join usage_daily
        on actions.event_name = usage_daily.event_name
),

entity_days as (
    select
        *,
        case when entity_type = 'client' then client_id else user_id end as entity_id

    from action_days
),

final as (
    select
        entity_days.retention_id,
        entity_days.entity_id,
        date_periods.period_index,
        min(case when entity_days.is_start = 1 then entity_days.activity_date end)
            as start_date,
        min(case when entity_days.is_start = 1 then entity_days.client_id end)
            as start_client_id,
        max(entity_days.is_return) = 1 as has_return

    from entity_days
    inner join date_periods
        on entity_days.period_grain = date_periods.period_grain
            and entity_days.activity_date = date_periods.date_day

    group by entity_days.retention_id, entity_days.entity_id, date_periods.period_index
)

select * from final
