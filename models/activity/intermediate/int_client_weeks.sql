-- Grain: one row per definition, client and complete week, from that of the first qualifying
-- event to the last that has elapsed by as_of_date and by the end of the definition; quiet
-- weeks count 0.

with

client_activity as (
    select * from {{ ref('active_clients', 'fct_client_activity_daily') }}
),

date_periods as (
    select * from {{ ref('active_clients', 'int_date_periods') }}
    where period_grain = 'week'
),

weeks as (
    select distinct
        period_index,
        period_start_date,
        period_end_date

    from date_periods
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

active_weeks as (
    select
        client_activity.definition_id,
        client_activity.client_id,
        date_periods.period_index,
        sum(client_activity.event_count) as event_count,
        count(*) as active_day_count

    from client_activity
    inner join date_periods
        on client_activity.activity_date = date_periods.date_day

    group by
        client_activity.definition_id,
        client_activity.client_id,
        date_periods.period_index
),

first_weeks as (
    select
        definition_id,
        client_id,
        min(period_index) as first_index

    from active_weeks

    group by definition_id, client_id
),

final as (
    select
        first_weeks.definition_id,
        first_weeks.client_id,
        weeks.period_index as week_index,
        cast(coalesce(active_weeks.event_count, 0) as bigint) as event_count,
        cast(coalesce(active_weeks.active_day_count, 0) as bigint) as active_day_count,
        weeks.period_start_date as week_start_date

    from first_weeks
    cross join as_of
    inner join definitions
        on first_weeks.definition_id = definitions.definition_id
    inner join weeks
        on first_weeks.first_index <= weeks.period_index
            and as_of.as_of_date >= weeks.period_end_date
            and {{ or_never('definitions.valid_to') }} > weeks.period_end_date
    left join active_weeks
        on first_weeks.definition_id = active_weeks.definition_id
            and first_weeks.client_id = active_weeks.client_id
            and weeks.period_index = active_weeks.period_index
)

select * from final
