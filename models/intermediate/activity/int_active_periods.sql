-- Grain: one row per definition, entity type, entity, period grain (day, week, month) and
-- period with a qualifying event. First, previous and next are over the full history.

{% set entity = 'definition_id, entity_type, entity_id, period_grain' %}

with

client_activity as (
    select * from {{ ref('fct_client_activity_daily') }}
),

user_activity as (
    select * from {{ ref('fct_user_activity_daily') }}
),

date_periods as (
    select * from {{ ref('int_date_periods') }}
),

active_days as (
    select
        definition_id,
        'client' as entity_type,
        client_id as entity_id,
        activity_date

    from client_activity

    {{ union_distinct() }}

    select
        definition_id,
        'user' as entity_type,
        user_id as entity_id,
        activity_date

    from user_activity
),

active_periods as (
    select distinct
        active_days.definition_id,
        active_days.entity_type,
        active_days.entity_id,
        date_periods.period_grain,
        date_periods.period_index,
        date_periods.period_start_date,
        date_periods.period_end_date

    from active_days
    inner join date_periods
        on active_days.activity_date = date_periods.date_day
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
