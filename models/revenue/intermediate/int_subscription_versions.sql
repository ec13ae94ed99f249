-- Grain: one row per accepted version of a subscription that has started by as_of_date.
-- Its revenue recurs on the days [valid_from, valid_to); `valid_to` is far away while it runs.

with

subscriptions as (
    select * from {{ ref('active_clients', 'int_subscriptions_classified') }}
    where disposition = 'accepted'
),

billing_intervals as (
    select * from {{ ref('active_clients', 'billing_intervals') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

spans as (
    {{ recurring_spans('subscriptions', 'billing_intervals', 'as_of') | indent(4) }}
),

-- A client that is known to begin anything later does not leave.
noticed as (
    select
        spans.*,
        as_of.as_of_date,
        {{ reporting_date('spans.started_at') }} as started_date,
        max(case
            when {{ reporting_date('spans.started_at') }} > as_of.as_of_date
                and {{ reporting_date('spans.loaded_at') }} <= as_of.as_of_date
                and spans.subscription_status <> 'canceled' then 1
            else 0
        end) over (partition by spans.canonical_client_id) as coming_count

    from spans
    cross join as_of
),

final as (
    select
        -- ids
        spans.subscription_id,
        spans.version,
        spans.canonical_client_id as client_id,
        spans.plan_id,

        -- strings
        spans.subscription_status,
        spans.currency_code,
        spans.billing_interval,
        spans.cancel_reason,

        -- numerics
        spans.billing_interval_count,
        spans.quantity as seat_count,
        spans.contract_mrr_amount,
        spans.billed_mrr_amount,
        spans.mrr_amount,

        -- booleans
        spans.has_recurring_status,
        spans.is_recurring,
        spans.has_contract_mrr,
        spans.is_voluntary_cancel,

        -- dates
        spans.valid_from,
        spans.valid_to,
        case when spans.coming_count = 0 then {{ notice_date(
            'spans', reporting_date('spans.loaded_at')
        ) }} end as notice_date,

        -- timestamps
        spans.canceled_at

    from noticed as spans

    where spans.exclusion_reason is null
        and spans.started_date <= spans.as_of_date
)

select * from final
