-- Grain: one row per complete week and delivered user of those that were ever merged, merged
-- into or internal, if known by the week's last day: whom it counted as by then, if at all.
-- All other users count as themselves.

with recursive

user_rows as (
    {{ known_rows(ref('active_clients', 'int_users_classified'), 'users') }}
),

snapshots as (
    select distinct
        week_index,
        snapshot_date

    from {{ ref('active_clients', 'int_client_identity_weeks') }}
),

judged_rows as (
    select
        *,
        is_internal
        {%- for domain in checked_var('internal_email_domains') %}
        or coalesce(email like '%@{{ domain | lower | replace("'", "''") }}', false)
        {%- endfor %} as is_excluded

    from user_rows
),

special_users as (
    select user_id
    from judged_rows
    where is_excluded or merged_into_user_id is not null

    {{ union_distinct() }}

    select merged_into_user_id as user_id
    from judged_rows
    where merged_into_user_id is not null
),

users as (
    select
        snapshots.week_index,
        judged_rows.user_id,
        judged_rows.merged_into_user_id,
        judged_rows.is_excluded

    from judged_rows
    inner join special_users
        on judged_rows.user_id = special_users.user_id
    inner join snapshots
        on {{ is_known('judged_rows', 'snapshots.snapshot_date') }}
),

{{ follow_merges('users', 'user_id', 'merged_into_user_id', within='week_index') }},

final as (
    select
        merged.week_index,
        merged.user_id,
        merged.canonical_id as canonical_user_id,
        canonical_users.is_excluded

    from merged
    inner join users as canonical_users
        on merged.week_index = canonical_users.week_index
            and merged.canonical_id = canonical_users.user_id
)

select * from final
