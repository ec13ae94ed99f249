-- Grain: one row per delivered client and user, feature, week of use and week by whose end
-- the use was known: the core actions of the default definition.

with

core_usage as (
    select * from {{ ref('int_core_usage_daily') }}
    where definition_id = {{ default_definition() }}
),

weeks as (
    select * from {{ ref('int_date_periods') }}
    where period_grain = 'week'
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
