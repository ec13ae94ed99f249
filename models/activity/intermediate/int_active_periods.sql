-- Grain: one row per definition, entity type, entity, period grain (day, week, month) and
-- period in which it was active: a user with a qualifying event, a client that met the
-- definition's users, events and days within the period. First, previous and next are over
-- the full history.

{% set entity = 'definition_id, entity_type, entity_id, period_grain' %}

with

user_activity as (
    select * from {{ ref('active_clients', 'fct_user_activity_daily') }}
),

client_activity as (
    select * from {{ ref('active_clients', 'fct_client_activity_daily') }}
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

date_periods as (
    select * from {{ ref('active_clients', 'int_date_periods') }}
),

user_periods as (
    select distinct
        user_activity.definition_id,
        user_activity.client_id,
        user_activity.user_id,
        date_periods.period_grain,
        date_periods.period_index

    from user_activity
    inner join date_periods
        on user_activity.activity_date = date_periods.date_day
),

client_users as (
    select
        definition_id,
        client_id,
        period_grain,
        period_index,
        count(*) as user_count

    from user_periods

    group by definition_id, client_id, period_grain, period_index
),

client_periods as (
    select
        client_activity.definition_id,
        client_activity.client_id,
        date_periods.period_grain,
        date_periods.period_index,
        sum(client_activity.event_count) as event_count,
        count(*) as day_count

    from client_activity
    inner join date_periods
        on client_activity.activity_date = date_periods.date_day

    group by
        client_activity.definition_id,
        client_activity.client_id,
        date_periods.period_grain,
        date_periods.period_index
),

active_periods as (
    select distinct
        definition_id,
        'user' as entity_type,
        user_id as entity_id,
        period_grain,
        period_index

    from user_periods

    union all

    select
        client_periods.definition_id,
        'client' as entity_type,
        client_periods.client_id as entity_id,
        client_periods.period_grain,
        client_periods.period_index

    from client_periods
    inner join definitions
        on client_periods.definition_id = definitions.definition_id
            and client_periods.event_count >= definitions.min_events
            and client_periods.day_count >= definitions.min_days
    inner join client_users
        on client_periods.definition_id = client_users.definition_id
            and client_periods.client_id = client_users.client_id
            and client_periods.period_grain = client_users.period_grain
            and client_periods.period_index = client_users.period_index
            and definitions.min_users <= client_users.user_count
),

-- The same order for all three, so that rows are sorted once.
final as (
    select
        *,
        first_value(period_index) over (
            partition by {{ entity }}
            order by period_index
        ) as first_period_index,
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
