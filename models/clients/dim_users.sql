-- Grain: one row per user that was not merged into another. Holds no name and no e-mail.

with

users as (
    select * from {{ ref('active_clients', 'int_users_classified') }}
    where disposition = 'accepted'
),

identities as (
    select * from {{ ref('active_clients', 'int_user_identities') }}
),

final as (
    select
        -- ids
        users.user_id,
        users.canonical_client_id as client_id,

        -- strings
        users.user_role,
        coalesce(users.exclusion_reason, identities.exclusion_reason) as exclusion_reason,

        -- booleans
        coalesce(users.exclusion_reason, identities.exclusion_reason) is not null
            as is_internal,

        -- dates
        {{ reporting_date('users.created_at') }} as created_date,

        -- timestamps
        users.created_at

    from users
    inner join identities
        on users.user_id = identities.user_id
            and users.user_id = identities.canonical_user_id
)

select * from final
