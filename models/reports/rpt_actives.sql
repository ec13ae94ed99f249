-- Grain: one row per day from the first usage to as_of_date: how many clients and users were
-- active within 1, 7 and 28 days, by the default definition.

with

clients as (
    select * from {{ ref('active_clients', 'fct_active_clients_daily') }}
    where definition_id = {{ default_definition() }} and attribute = 'all'
),

users as (
    select * from {{ ref('active_clients', 'fct_active_users_daily') }}
    where definition_id = {{ default_definition() }} and attribute = 'all'
),

client_windows as (
    select
        activity_date,
        max(case when window_days = 1 then active_client_count end) as daily_count,
        max(case when window_days = 7 then active_client_count end) as weekly_count,
        max(case when window_days = 28 then active_client_count end) as monthly_count,
        max(case when window_days = 28 then stickiness_rate end) as stickiness_rate

    from clients

    group by activity_date
),

user_windows as (
    select
        activity_date,
        max(case when window_days = 1 then active_user_count end) as daily_count,
        max(case when window_days = 7 then active_user_count end) as weekly_count,
        max(case when window_days = 28 then active_user_count end) as monthly_count,
        max(case when window_days = 28 then stickiness_rate end) as stickiness_rate

    from users

    group by activity_date
),

final as (
    select
        -- numerics
        cast(client_windows.daily_count as bigint) as daily_active_client_count,
        cast(client_windows.weekly_count as bigint) as weekly_active_client_count,
        cast(client_windows.monthly_count as bigint) as monthly_active_client_count,
        cast(user_windows.daily_count as bigint) as daily_active_user_count,
        cast(user_windows.weekly_count as bigint) as weekly_active_user_count,
        cast(user_windows.monthly_count as bigint) as monthly_active_user_count,
        client_windows.stickiness_rate as client_stickiness_rate,
        user_windows.stickiness_rate as user_stickiness_rate,

        -- dates
        client_windows.activity_date

    from client_windows
    inner join user_windows
        on client_windows.activity_date = user_windows.activity_date
)

select * from final
