-- Active clients and users counted from coverage spans are those counted the plain way, by
-- joining days with windows: at as_of_date and at each month end.

with

sampled_days as (
    select dates.date_day
    from {{ ref('dim_dates') }} as dates
    cross join {{ ref('as_of') }} as as_of
    where dates.date_day <= as_of.as_of_date
        and (dates.is_month_end or dates.date_day = as_of.as_of_date)
),

active_users as (
    select
        counts.definition_id,
        counts.window_days,
        counts.activity_date,
        counts.active_user_count,
        count(distinct user_activity.user_id) as naive_count

    from {{ ref('fct_active_users_daily') }} as counts
    inner join sampled_days
        on counts.activity_date = sampled_days.date_day
    left join {{ ref('fct_user_activity_daily') }} as user_activity
        on counts.definition_id = user_activity.definition_id
            and counts.activity_date >= user_activity.activity_date
            and {{ add_days('counts.activity_date', '-counts.window_days') }}
            < user_activity.activity_date

    where counts.attribute = 'all'

    group by
        counts.definition_id,
        counts.window_days,
        counts.activity_date,
        counts.active_user_count
),

client_windows as (
    select
        counts.definition_id,
        counts.window_days,
        counts.activity_date,
        counts.active_client_count,
        user_activity.client_id,
        count(distinct user_activity.user_id) as user_count,
        sum(user_activity.event_count) as event_count,
        count(distinct user_activity.activity_date) as day_count

    from {{ ref('fct_active_clients_daily') }} as counts
    inner join sampled_days
        on counts.activity_date = sampled_days.date_day
    left join {{ ref('fct_user_activity_daily') }} as user_activity
        on counts.definition_id = user_activity.definition_id
            and counts.activity_date >= user_activity.activity_date
            and {{ add_days('counts.activity_date', '-counts.window_days') }}
            < user_activity.activity_date

    where counts.attribute = 'all'

    group by
        counts.definition_id,
        counts.window_days,
        counts.activity_date,
        counts.active_client_count,
        user_activity.client_id
),

active_clients as (
    select
        client_windows.definition_id,
        client_windows.window_days,
        client_windows.activity_date,
        client_windows.active_client_count,
        sum(
            case
                when client_windows.user_count >= definitions.min_users
                    and client_windows.event_count >= definitions.min_events
                    and client_windows.day_count >= definitions.min_days
                    then 1
                else 0
            end
        ) as naive_count

    from client_windows
    inner join {{ ref('active_definitions') }} as definitions
        on client_windows.definition_id = definitions.definition_id

    group by
        client_windows.definition_id,
        client_windows.window_days,
        client_windows.activity_date,
        client_windows.active_client_count
)

select
    'user' as entity_type,
    definition_id,
    window_days,
    activity_date,
    active_user_count as active_count,
    naive_count

from active_users

where active_user_count <> naive_count

union all

select
    'client' as entity_type,
    definition_id,
    window_days,
    activity_date,
    active_client_count as active_count,
    naive_count

from active_clients

where active_client_count <> naive_count
