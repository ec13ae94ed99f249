-- Grain: one row per complete week and client with use in the 16 weeks that end with it, as
-- known at its end: the last 4 weeks against the 12 before them, the user who did most in
-- those 12, and how many known features were used in the last 4.

with

identities as (
    select * from {{ ref('active_clients', 'int_client_identity_weeks') }}
    where not is_internal
),

users as (
    select * from {{ ref('active_clients', 'int_user_identity_weeks') }}
),

usage_known as (
    select * from {{ ref('active_clients', 'int_client_usage_known') }}
),

user_usage as (
    select
        delivered_client_id,
        delivered_user_id,
        activity_week_index,
        known_week_index,
        sum(event_count) as event_count

    from usage_known

    group by delivered_client_id, delivered_user_id, activity_week_index, known_week_index
),

user_weeks as (
    select
        identities.week_index,
        identities.canonical_client_id as client_id,
        coalesce(users.canonical_user_id, user_usage.delivered_user_id) as user_id,
        sum(case
            when user_usage.activity_week_index > identities.week_index - 4
                then user_usage.event_count
            else 0
        end) as event_count,
        sum(case
            when user_usage.activity_week_index > identities.week_index - 4 then 0
            else user_usage.event_count
        end) as previous_event_count

    from identities
    inner join user_usage
        on identities.client_id = user_usage.delivered_client_id
            and identities.week_index >= user_usage.known_week_index
            and identities.week_index < user_usage.activity_week_index + 16
    left join users
        on identities.week_index = users.week_index
            and user_usage.delivered_user_id = users.user_id

    where not coalesce(users.is_excluded, false)

    group by
        identities.week_index,
        identities.canonical_client_id,
        coalesce(users.canonical_user_id, user_usage.delivered_user_id)
),

ranked_users as (
    select
        *,
        row_number() over (
            partition by week_index, client_id
            order by previous_event_count desc, user_id asc nulls last
        ) as user_rank

    from user_weeks
),

client_weeks as (
    select
        week_index,
        client_id,
        cast(sum(event_count) as bigint) as event_count,
        cast(sum(previous_event_count) as bigint) as previous_event_count,
        count(case when event_count > 0 then user_id end) as active_user_count,
        max(case when user_rank = 1 then user_id end) as top_user_id,
        cast(max(case when user_rank = 1 then event_count end) as bigint)
            as top_user_event_count,
        cast(max(case when user_rank = 1 then previous_event_count end) as bigint)
            as top_user_previous_event_count

    from ranked_users

    group by week_index, client_id
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

    where usage_known.feature <> 'unknown'
        and not coalesce(users.is_excluded, false)
),

feature_weeks as (
    select
        week_index,
        client_id,
        count(*) as feature_count

    from recent_features

    group by week_index, client_id
),

final as (
    select
        client_weeks.*,
        coalesce(feature_weeks.feature_count, 0) as feature_count

    from client_weeks
    left join feature_weeks
        on client_weeks.week_index = feature_weeks.week_index
            and client_weeks.client_id = feature_weeks.client_id
)

select * from final
