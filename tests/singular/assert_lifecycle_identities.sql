-- Active of a period are new, retained and resurrected; active of the one before are retained
-- and dormant; and the clients of a month are what counting them from the days again gives.

with

counts as (
    select * from {{ ref('active_clients', 'fct_lifecycle_counts') }}
),

user_activity as (
    select * from {{ ref('active_clients', 'fct_user_activity_daily') }}
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

months as (
    select distinct
        month_start_date,
        month_end_date

    from {{ ref('active_clients', 'dim_dates') }}
),

active_clients as (
    select
        user_activity.definition_id,
        user_activity.client_id,
        months.month_start_date

    from user_activity
    inner join definitions
        on user_activity.definition_id = definitions.definition_id
    inner join months
        on user_activity.activity_date between months.month_start_date and months.month_end_date

    group by
        user_activity.definition_id,
        user_activity.client_id,
        months.month_start_date,
        definitions.min_users,
        definitions.min_events,
        definitions.min_days

    having count(distinct user_activity.user_id) >= definitions.min_users
        and sum(user_activity.event_count) >= definitions.min_events
        and count(distinct user_activity.activity_date) >= definitions.min_days
),

counted_again as (
    select
        definition_id,
        month_start_date as period_start_date,
        count(*) as active_count

    from active_clients

    group by definition_id, month_start_date
),

sequenced as (
    select
        *,
        lag(active_count) over (
            partition by definition_id, entity_type, period_grain
            order by period_start_date
        ) as previous_active_count

    from counts
)

select
    sequenced.definition_id,
    sequenced.entity_type,
    sequenced.period_grain,
    sequenced.period_start_date,
    sequenced.active_count,
    sequenced.previous_active_count,
    counted_again.active_count as counted_again

from sequenced
left join counted_again
    on sequenced.definition_id = counted_again.definition_id
        and sequenced.period_start_date = counted_again.period_start_date

where sequenced.active_count
    <> sequenced.new_count + sequenced.retained_count + sequenced.resurrected_count
    or (
        sequenced.entity_type = 'client'
        and sequenced.period_grain = 'month'
        and sequenced.active_count <> coalesce(counted_again.active_count, 0)
    )
    or (
        sequenced.is_complete
        and coalesce(sequenced.previous_active_count, 0)
        <> sequenced.retained_count + sequenced.dormant_count
    )
