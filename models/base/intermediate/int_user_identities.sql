-- Grain: one row per accepted user.
-- `canonical_user_id` is the user it was merged into, at the end of any chain.
-- A user of an internal client is internal, whichever client it acts for.

with recursive

users as (
    select * from {{ ref('active_clients', 'int_users_classified') }}
    where disposition = 'accepted'
),

{{ follow_merges('users', 'user_id', 'merged_into_user_id') }},

final as (
    select
        users.user_id,
        merged.canonical_id as canonical_user_id,
        case
            when canonical_users.exclusion_reason is not null
                then canonical_users.exclusion_reason
            when canonical_users.is_internal then 'internal_user'
            {%- for domain in checked_var('internal_email_domains') %}
            when canonical_users.email like '%@{{ domain | lower | replace("'", "''") }}'
                then 'internal_email_domain'
            {%- endfor %}
        end as exclusion_reason

    from users
    inner join merged
        on users.user_id = merged.user_id
    inner join users as canonical_users
        on merged.canonical_id = canonical_users.user_id
)

select * from final
