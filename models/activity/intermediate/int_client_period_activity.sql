-- Grain: one row per definition, client, period grain (day, week, month) and period with a
-- qualifying event: its users, events and days.

{% set period = ['definition_id', 'client_id', 'period_grain', 'period_index'] %}

with

user_activity as (
    select * from {{ ref('fct_user_activity_daily') }}
),

client_activity as (
    select * from {{ ref('fct_client_activity_daily') }}
),

date_periods as (
    select * from {{ ref('int_date_periods') }}
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

users as (
    select
        {{ period | join(', ') }},
        count(*) as user_count

    from user_periods

    group by {{ period | join(', ') }}
),

days as (
    select
        {{ period | join(', ') }},
        sum(client_activity.event_count) as event_count,
        count(*) as day_count

    from client_activity
    inner join date_periods
        on client_activity.activity_date = date_periods.date_day

    group by {{ period | join(', ') }}
),

final as (
    select
        days.definition_id,
        days.client_id,
        days.period_grain,
        days.period_index,
        users.user_count,
        days.event_count,
        days.day_count

    from days
    inner join users
        on days.definition_id = users.definition_id
            and days.client_id = users.client_id
            and days.period_grain = users.period_grain
            and days.period_index = users.period_index
)

select * from final
