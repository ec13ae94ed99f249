-- Grain: one row per definition, entity type, entity, period grain (day, week, month) and
-- period in which it was active: a user with a qualifying event, a client that met the
-- definition's users, events and days within the period. First, previous and next are over
-- the full history.

{% set entity = 'definition_id, entity_type, entity_id, period_grain' %}

with

user_activity as (
    select * from {{ ref('fct_user_activity_daily') }}
),

client_activity as (
    select * from {{ ref('int_client_period_activity') }}
),

definitions as (
    select * from {{ ref('active_definitions') }}
),

date_periods as (
    select * from {{ ref('int_date_periods') }}
),

active_periods as (
    select distinct
        user_activity.definition_id,
        'user' as entity_type,
        user_activity.user_id as entity_id,
        date_periods.period_grain,
        date_periods.period_index

    from user_activity
    inner join date_periods
        on user_activity.activity_date = date_periods.date_day

    union all

    select
        client_activity.definition_id,
        'client' as entity_type,
        client_activity.client_id as entity_id,
        client_activity.period_grain,
        client_activity.period_index

    from client_activity
    inner join definitions
        on client_activity.definition_id = definitions.definition_id

    where client_activity.user_count >= definitions.min_users
        and client_activity.event_count >= definitions.min_events
        and client_activity.day_count >= definitions.min_days
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
