-- Grain: one row per user that is listed for a client that counts or has a qualifying event:
-- the client they belong to. It is the one that lists them, or else the one they were last
-- active for.

with

user_activity as (
    select * from {{ ref('active_clients', 'fct_user_activity_daily') }}
),

listed_users as (
    select
        user_id,
        canonical_client_id as client_id

    from {{ ref('active_clients', 'int_users_classified') }}

    where disposition = 'accepted'
        and exclusion_reason is null
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

last_clients as (
    select
        user_id,
        client_id

    from last_activity

    where recency = 1
),

final as (
    select
        coalesce(listed_users.user_id, last_clients.user_id) as user_id,
        coalesce(listed_users.client_id, last_clients.client_id) as client_id

    from listed_users
    full outer join last_clients
        on listed_users.user_id = last_clients.user_id
)

select * from final
