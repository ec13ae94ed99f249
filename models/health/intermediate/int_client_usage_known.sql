-- Grain: one row per delivered client and user, feature, week of use and week by whose end
-- the use was known: the core actions of the default definition. Use of the first load was
-- known at the end of its own week.

with

core_usage as (
    select * from {{ ref('active_clients', 'int_core_usage_daily') }}
    where definition_id = {{ default_definition() }}
),

usage_loads as (
    select history_until_date
    from {{ ref('active_clients', 'int_table_loads') }}
    where table_name = 'usage_events'
),

weeks as (
    select * from {{ ref('active_clients', 'int_date_periods') }}
    where period_grain = 'week'
),

dated as (
    select
        core_usage.*,
        case
            when core_usage.loaded_date <= usage_loads.history_until_date
                or core_usage.loaded_date < core_usage.activity_date
                then core_usage.activity_date
            else core_usage.loaded_date
        end as known_date

    from core_usage
    cross join usage_loads
),

final as (
    select
        dated.delivered_client_id,
        dated.delivered_user_id,
        dated.feature,
        activity_weeks.period_index as activity_week_index,
        known_weeks.period_index as known_week_index,
        sum(dated.event_count) as event_count

    from dated
    inner join weeks as activity_weeks
        on dated.activity_date = activity_weeks.date_day
    inner join weeks as known_weeks
        on dated.known_date = known_weeks.date_day

    group by
        dated.delivered_client_id,
        dated.delivered_user_id,
        dated.feature,
        activity_weeks.period_index,
        known_weeks.period_index
)

select * from final
