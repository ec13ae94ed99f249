-- Grain: one row per day of forecasts that has elapsed and version of a subscription that
-- recurred in the month that ends on it, as it was known then. `notice_date` is that of an end,
-- unless the client was known to begin anything later.

with

versions as (
    select * from {{ ref('active_clients', 'int_subscriptions_known') }}
),

billing_intervals as (
    select * from {{ ref('active_clients', 'billing_intervals') }}
),

origins as (
    select * from {{ ref('active_clients', 'int_forecast_days') }}
    where has_elapsed
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

{{ spans_as_known('versions', 'origins', 'billing_intervals') }},

paid as (
    select
        spans.*,
        min(spans.valid_from) over (
            partition by spans.origin_date, spans.canonical_client_id
        ) as first_paid_date

    from spans

    where spans.exclusion_reason is null
        and spans.has_mrr
        and spans.valid_from <= spans.origin_date
),

final as (
    select
        paid.origin_date,
        paid.subscription_id,
        paid.version,
        paid.canonical_client_id as client_id,
        cast(paid.mrr_amount * rates.rate as decimal(18, 4)) as mrr_amount,
        paid.valid_from,
        paid.valid_to,
        case
            when paid.coming_count = 0 and paid.valid_to < {{ never() }}
                then {{ notice_date('paid', 'paid.known_from') }}
        end as notice_date,
        paid.first_paid_date

    from paid
    inner join origins
        on paid.origin_date = origins.origin_date
    inner join rates
        on {{ is_rate_on('rates', 'paid', 'paid.origin_date') }}

    where paid.valid_to > origins.previous_date
)

select * from final
