-- Grain: one row per activation criterion, client and day on which it had an event that the
-- criterion counts, with the events and users so far since its first day.

{% set keys = ['criterion_id', 'client_id'] %}

with

user_activity as (
    select * from {{ ref('active_clients', 'fct_user_activity_daily') }}
),

usage_daily as (
    select * from {{ ref('active_clients', 'fct_usage_daily') }}
    where exclusion_reason is null
),

criteria as (
    select * from {{ ref('active_clients', 'activation_criteria') }}
),

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
    where not is_internal
),

counted_usage as (
    select
        criteria.criterion_id,
        user_activity.client_id,
        user_activity.user_id,
        user_activity.activity_date,
        user_activity.event_count

    from user_activity
    inner join criteria
        on user_activity.definition_id = criteria.definition_id

    where criteria.event_name is null

    union all

    select
        criteria.criterion_id,
        usage_daily.client_id,
        usage_daily.user_id,
        usage_daily.activity_date,
        usage_daily.event_count

    from usage_daily
    inner join criteria
        on usage_daily.event_name = lower(trim(criteria.event_name))
),

user_days as (
    select
        counted_usage.criterion_id,
        counted_usage.client_id,
        counted_usage.user_id,
        counted_usage.activity_date,
        sum(counted_usage.event_count) as event_count,
        row_number() over (
            partition by
                counted_usage.criterion_id, counted_usage.client_id, counted_usage.user_id
            order by counted_usage.activity_date
        ) as user_day_number

    from counted_usage
    inner join clients
        on counted_usage.client_id = clients.client_id

    where counted_usage.activity_date >= clients.created_date

    group by
        counted_usage.criterion_id,
        counted_usage.client_id,
        counted_usage.user_id,
        counted_usage.activity_date
),

client_days as (
    select
        criterion_id,
        client_id,
        activity_date,
        sum(event_count) as event_count,
        sum(case when user_day_number = 1 then 1 else 0 end) as new_user_count

    from user_days

    group by criterion_id, client_id, activity_date
),

final as (
    select
        criterion_id,
        client_id,
        cast({{ running_sum('event_count', keys, 'activity_date') }} as bigint) as event_count,
        cast({{ running_sum('new_user_count', keys, 'activity_date') }} as bigint)
            as user_count,
        activity_date

    from client_days
)

select * from final
