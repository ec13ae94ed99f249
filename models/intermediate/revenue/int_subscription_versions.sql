-- Grain: one row per accepted version of a subscription that has started by as_of_date.
-- Its revenue recurs on the days [valid_from, valid_to); `valid_to` is null while it runs.

with

subscriptions as (
    select * from {{ ref('int_subscriptions_classified') }}
    where disposition = 'accepted'
),

clients as (
    select * from {{ ref('int_client_identities') }}
    where exclusion_reason is null
),

billing_intervals as (
    select * from {{ ref('billing_intervals') }}
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
        ) as version_ended_at,
        {{ dbt.dateadd('day', number_var('past_due_grace_days'), 'started_at') }}
            as grace_ended_at

    from subscriptions
),

bounded as (
    select
        *,
        case
            when trial_ends_at > started_at then trial_ends_at
            else started_at
        end as recurs_from,
        case
            when subscription_status = 'past_due' then least(grace_ended_at, version_ended_at)
            else version_ended_at
        end as recurs_to

    from sequenced
),

priced as (
    select
        bounded.*,
        cast(bounded.quantity * bounded.unit_price_amount as {{ type_double() }})
        * billing_intervals.intervals_per_year
        / (12 * bounded.billing_interval_count) as list_mrr,
        {{ counted_discount_rate() }} as counted_discount_rate

    from bounded
    inner join billing_intervals
        on bounded.billing_interval = billing_intervals.billing_interval
),

final as (
    select
        -- ids
        priced.subscription_id,
        priced.version,
        clients.canonical_client_id as client_id,
        priced.plan_id,

        -- strings
        priced.subscription_status,
        priced.currency_code,

        -- numerics
        priced.quantity as seat_count,
        cast(priced.list_mrr as decimal(18, 4)) as contract_mrr_amount,
        cast(priced.list_mrr * (1 - priced.discount_rate) as decimal(18, 4))
            as billed_mrr_amount,
        cast(priced.list_mrr * (1 - priced.counted_discount_rate) as decimal(18, 4))
            as mrr_amount,

        -- booleans
        {{ is_recurring_status('priced.subscription_status') }} as is_recurring,

        -- dates
        {{ reporting_date('priced.recurs_from') }} as valid_from,
        case
            when priced.recurs_to < {{ far_future() }}
                then {{ reporting_date('priced.recurs_to') }}
        end as valid_to

    from priced
    inner join clients
        on priced.client_id = clients.client_id
    cross join as_of

    where {{ reporting_date('priced.started_at') }} <= as_of.as_of_date
)

select * from final
