-- Grain: one row per accepted version of a subscription under which a client may use a plan,
-- trials included, on the days [valid_from, valid_to); `valid_to` is null while it runs.

with

subscriptions as (
    select * from {{ ref('int_subscriptions_classified') }}
    where disposition = 'accepted'
),

clients as (
    select * from {{ ref('int_client_identities') }}
    where exclusion_reason is null
),

as_of as (
    select * from {{ ref('as_of') }}
),

-- A version ends where the next one begins, even if its own end was never delivered.
sequenced as (
    select
        *,
        least(
            coalesce(ended_at, {{ far_future() }}),
            coalesce(lead(started_at) over (
                partition by subscription_id
                order by version
            ), {{ far_future() }})
        ) as version_ended_at

    from subscriptions
),

dated as (
    select
        sequenced.subscription_id,
        sequenced.version,
        clients.canonical_client_id as client_id,
        sequenced.plan_id,
        {{ reporting_date('sequenced.started_at') }} as valid_from,
        case
            when sequenced.version_ended_at < {{ far_future() }}
                then {{ reporting_date('sequenced.version_ended_at') }}
        end as valid_to

    from sequenced
    inner join clients
        on sequenced.client_id = clients.client_id

    where sequenced.plan_id is not null
        and sequenced.subscription_status in ('active', 'trialing', 'past_due')
),

final as (
    select dated.*
    from dated
    cross join as_of

    where dated.valid_from <= as_of.as_of_date
        and dated.valid_from < {{ or_never('dated.valid_to') }}
)

select * from final
