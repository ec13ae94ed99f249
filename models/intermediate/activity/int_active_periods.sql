-- Grain: one row per definition, entity type, entity, period grain (day, week, month) and
-- period in which it was active: a user with a qualifying event, a client that met the
-- definition's users, events and days within the period. First, previous and next are over
-- the full history.

{% set entity = 'definition_id, entity_type, entity_id, period_grain' %}

with

user_activity as (
    select * from {{ ref('fct_user_activity_daily') }}
),

definitions as (
    select * from {{ ref('active_definitions') }}
),

date_periods as (
    select * from {{ ref('int_date_periods') }}
),

user_periods as (
    select
        user_activity.definition_id,
        user_activity.client_id,
        user_activity.user_id,
        user_activity.activity_date,
        user_activity.event_count,
        date_periods.period_grain,
        date_periods.period_index,
        date_periods.period_start_date,
        date_periods.period_end_date

    from user_activity
    inner join date_periods
        on user_activity.activity_date = date_periods.date_day
),

client_periods as (
    select
        definition_id,
        client_id,
        period_grain,
        period_index,
        period_start_date,
        period_end_date,
        count(distinct user_id) as user_count,
        sum(event_count) as event_count,
        count(distinct activity_date) as day_count

    from user_periods

    group by
        definition_id, client_id, period_grain, period_index, period_start_date, period_end_date
),

active_periods as (
    select distinct
        definition_id,
        'user' as entity_type,
        user_id as entity_id,
        period_grain,
        period_index,
        period_start_date,
        period_end_date

    from user_periods

    union all

    select
        client_periods.definition_id,
        'client' as entity_type,
        client_periods.client_id as entity_id,
        client_periods.period_grain,
        client_periods.period_index,
        client_periods.period_start_date,
        client_periods.period_end_date

    from client_periods
    inner join definitions
        on client_periods.definition_id = definitions.definition_id

    where client_periods.user_count >= definitions.min_users
        and client_periods.event_count >= definitions.min_events
        and client_periods.day_count >= definitions.min_days
),

final as (
    select
        *,
        min(period_index) over (partition by {{ entity }}) as first_period_index,
        lag(period_index) over (
            partition by {{ entity }}
            order by period_index
        ) as previous_period_index,
        lead(period_index) over (
            partition by {{ entity }}
            order by period_index
        ) as next_period_index

    from active_periods
)

select * from final
