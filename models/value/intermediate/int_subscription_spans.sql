-- Grain: one row per origin and version of a subscription that recurs on or before it, as it
-- was known then: of several deliveries the latest that had arrived, and no end that was
-- still to come. `valid_to` is far away while it runs on the origin.

with

versions as (
    select * from {{ ref('int_subscriptions_known') }}
),

billing_intervals as (
    select * from {{ ref('billing_intervals') }}
),

origins as (
    select * from {{ ref('int_clv_origins') }}
),

rates as (
    select * from {{ ref('int_exchange_rate_spans') }}
),

known as (
    select
        origins.origin_date,
        versions.*

    from versions
    inner join origins
        on {{ is_known('versions', 'origins.known_until_date') }}
            and {{ reporting_date('versions.started_at') }} <= origins.origin_date
),

spans as (
    {{ recurring_spans(
        'known', 'billing_intervals', keys=['origin_date'], last_day='origin_date'
    ) | indent(4) }}
),

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
        end as valid_to

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
