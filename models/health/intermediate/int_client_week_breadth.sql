-- Grain: one row per complete week and client with use of a known feature in the 4 weeks that
-- end with it, as known at its end: how many features.

with

identities as (
    select * from {{ ref('int_client_identity_weeks') }}
    where not is_internal
),

users as (
    select * from {{ ref('int_user_identity_weeks') }}
),

usage_known as (
    select * from {{ ref('int_client_usage_known') }}
    where feature <> 'unknown'
),

recent_features as (
    select distinct
        identities.week_index,
        identities.canonical_client_id as client_id,
        usage_known.feature

    from identities
    inner join usage_known
        on identities.client_id = usage_known.delivered_client_id
            and identities.week_index >= usage_known.known_week_index
            and identities.week_index < usage_known.activity_week_index + 4
    left join users
        on identities.week_index = users.week_index
            and usage_known.delivered_user_id = users.user_id

    where not coalesce(users.is_excluded, false)
),

final as (
    select
        week_index,
        client_id,
        count(*) as feature_count

    from recent_features

    group by week_index, client_id
)

select * from final
