-- Grain: one row per origin and version of a subscription that recurs on or before it, as it
-- was known then: of several deliveries the latest that had arrived. `valid_to` is far away
-- while it runs on the origin; an end to come of which notice had been given is `ends_date`,
-- unless the client was known to begin anything after the origin.

with

versions as (
    select * from {{ ref('active_clients', 'int_subscriptions_known') }}
),

billing_intervals as (
    select * from {{ ref('active_clients', 'billing_intervals') }}
),

origins as (
    select * from {{ ref('active_clients', 'int_clv_origins') }}
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

{{ spans_as_known('versions', 'origins', 'billing_intervals') }},

final as (
    select
        spans.origin_date,
        spans.subscription_id,
        spans.version,
        spans.canonical_client_id as client_id,
        spans.plan_id,
        {{ term_months('spans') }} as term_months,
        cast(spans.mrr_amount * rates.rate as decimal(18, 4)) as mrr_amount,
        spans.valid_from,
        case
            when spans.valid_to <= spans.origin_date then spans.valid_to
            else {{ never() }}
        end as valid_to,
        case
            when spans.coming_count = 0
                and spans.valid_to > spans.origin_date
                and spans.valid_to < {{ never() }}
                and {{ notice_date('spans', 'spans.known_from') }} <= spans.origin_date
                then spans.valid_to
        end as ends_date

    from spans
    inner join billing_intervals
        on spans.billing_interval = billing_intervals.billing_interval
    inner join rates
        on {{ is_rate_on('rates', 'spans', 'spans.origin_date') }}

    where spans.exclusion_reason is null
        and spans.has_mrr
        and spans.valid_from <= spans.origin_date
)

select * from final
