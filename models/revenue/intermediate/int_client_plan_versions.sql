-- Grain: one row per accepted version of a subscription under which a client may use a plan,
-- trials included, on the days [valid_from, valid_to); `valid_to` is far away while it
-- runs.

with

subscriptions as (
    select * from {{ ref('active_clients', 'int_subscriptions_classified') }}
    where disposition = 'accepted'
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

-- A version ends where the next one begins, even if its own end was never delivered or the
-- next one is of a client that does not count.
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
        subscription_id,
        version,
        canonical_client_id as client_id,
        plan_id,
        {{ reporting_date('started_at') }} as valid_from,
        case
            when version_ended_at < {{ far_future() }}
                then {{ reporting_date('version_ended_at') }}
            else {{ never() }}
        end as valid_to

    from sequenced

    where exclusion_reason is null
        and plan_id is not null
        and subscription_status in ('active', 'trialing', 'past_due')
),

final as (
    select dated.*
    from dated
    cross join as_of

    where dated.valid_from <= as_of.as_of_date
        and dated.valid_from < dated.valid_to
)

select * from final
