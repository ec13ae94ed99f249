-- Active clients and users counted from coverage spans are those counted the plain way, by
-- joining days with windows: at as_of_date and at each month end.

with

counted_windows as (
    select
        counts.definition_id,
        counts.window_days,
        counts.activity_date,
        counts.active_client_count,
        user_counts.active_user_count

    from {{ ref('active_clients', 'fct_active_clients_daily') }} as counts
    inner join {{ ref('active_clients', 'dim_dates') }} as dates
        on counts.activity_date = dates.date_day
    inner join {{ ref('active_clients', 'fct_active_users_daily') }} as user_counts
        on counts.definition_id = user_counts.definition_id
            and counts.window_days = user_counts.window_days
            and counts.activity_date = user_counts.activity_date
    cross join {{ ref('active_clients', 'as_of') }} as as_of

    where counts.attribute = 'all'
        and user_counts.attribute = 'all'
        and (dates.is_month_end or dates.date_day = as_of.as_of_date)
),

-- Every day a window reaches, so that engines can join by date.
window_days as (
    select
        counted_windows.definition_id,
        counted_windows.window_days,
        counted_windows.activity_date,
        dates.date_day

    from counted_windows
    inner join {{ ref('active_clients', 'dim_dates') }} as dates
        on counted_windows.activity_date >= dates.date_day
            and {{ add_days('counted_windows.activity_date', '-counted_windows.window_days') }}
            < dates.date_day
),

client_windows as (
    select
        window_days.definition_id,
        window_days.window_days,
        window_days.activity_date,
        user_activity.client_id,
        count(distinct user_activity.user_id) as user_count,
        sum(user_activity.event_count) as event_count,
        count(distinct user_activity.activity_date) as day_count

    from window_days
    inner join {{ ref('active_clients', 'fct_user_activity_daily') }} as user_activity
        on window_days.definition_id = user_activity.definition_id
            and window_days.date_day = user_activity.activity_date

    group by
        window_days.definition_id,
        window_days.window_days,
        window_days.activity_date,
        user_activity.client_id
),

naive_clients as (
    select
        client_windows.definition_id,
        client_windows.window_days,
        client_windows.activity_date,
        count(*) as client_count

    from client_windows
    inner join {{ ref('active_clients', 'active_definitions') }} as definitions
        on client_windows.definition_id = definitions.definition_id

    where client_windows.user_count >= definitions.min_users
        and client_windows.event_count >= definitions.min_events
        and client_windows.day_count >= definitions.min_days

    group by
        client_windows.definition_id,
        client_windows.window_days,
        client_windows.activity_date
),

naive_users as (
    select
        window_days.definition_id,
        window_days.window_days,
        window_days.activity_date,
        count(distinct user_activity.user_id) as user_count

    from window_days
    inner join {{ ref('active_clients', 'fct_user_activity_daily') }} as user_activity
        on window_days.definition_id = user_activity.definition_id
            and window_days.date_day = user_activity.activity_date

    group by
        window_days.definition_id,
        window_days.window_days,
        window_days.activity_date
)

select
    counted_windows.*,
    naive_clients.client_count as naive_client_count,
    naive_users.user_count as naive_user_count

from counted_windows
left join naive_clients
    on counted_windows.definition_id = naive_clients.definition_id
        and counted_windows.window_days = naive_clients.window_days
        and counted_windows.activity_date = naive_clients.activity_date
left join naive_users
    on counted_windows.definition_id = naive_users.definition_id
        and counted_windows.window_days = naive_users.window_days
        and counted_windows.activity_date = naive_users.activity_date

where counted_windows.active_client_count <> coalesce(naive_clients.client_count, 0)
    or counted_windows.active_user_count <> coalesce(naive_users.user_count, 0)
