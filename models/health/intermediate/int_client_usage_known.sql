-- Grain: one row per delivered client and user, feature, week of use and week by whose end
-- the use was known: the core actions of the default definition.

with

usage_daily as (
    select * from {{ ref('fct_usage_daily') }}
),

core_actions as (
    select * from {{ ref('core_actions') }}
    where definition_id = {{ default_definition() }}
),

definitions as (
    select * from {{ ref('active_definitions') }}
    where definition_id = {{ default_definition() }}
),

weeks as (
    select * from {{ ref('int_date_periods') }}
    where period_grain = 'week'
),

-- An event name listed by itself decides; '*' decides for all that are not listed.
core_usage as (
    select usage_daily.*
    from usage_daily
    inner join definitions
        on {{ is_within('usage_daily.activity_date', 'definitions') }}
    left join core_actions as named_actions
        on usage_daily.event_name = named_actions.event_name
            and {{ is_within('usage_daily.activity_date', 'named_actions') }}
    left join core_actions as other_actions
        on other_actions.event_name = '*'
            and {{ is_within('usage_daily.activity_date', 'other_actions') }}

    where coalesce(named_actions.is_core, other_actions.is_core, false)
),

final as (
    select
        core_usage.delivered_client_id,
        core_usage.delivered_user_id,
        core_usage.feature,
        activity_weeks.period_index as activity_week_index,
        greatest(activity_weeks.period_index, loaded_weeks.period_index) as known_week_index,
        sum(core_usage.event_count) as event_count

    from core_usage
    inner join weeks as activity_weeks
        on core_usage.activity_date = activity_weeks.date_day
    inner join weeks as loaded_weeks
        on core_usage.loaded_date = loaded_weeks.date_day

    group by
        core_usage.delivered_client_id,
        core_usage.delivered_user_id,
        core_usage.feature,
        activity_weeks.period_index,
        loaded_weeks.period_index
)

select * from final
