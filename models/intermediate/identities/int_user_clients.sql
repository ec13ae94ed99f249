-- Grain: one row per user with a qualifying event: the client they belong to. It is the one
-- in `dim_users`, or for a user that is not listed there for a client that counts the one
-- they were last active for.

with

user_activity as (
    select * from {{ ref('fct_user_activity_daily') }}
),

users as (
    select * from {{ ref('dim_users') }}
    where not is_internal
),

last_activity as (
    select
        user_id,
        client_id,
        row_number() over (
            partition by user_id
            order by activity_date desc, client_id asc
        ) as recency

    from user_activity
),

final as (
    select
        last_activity.user_id,
        coalesce(users.client_id, last_activity.client_id) as client_id

    from last_activity
    left join users
        on last_activity.user_id = users.user_id

    where last_activity.recency = 1
)

select * from final
