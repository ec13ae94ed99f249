-- Grain: one row per locked month, subscription and currency with MRR at the month's end: what
-- was reported of it, by the deliveries of subscriptions, clients and exchange rates that had
-- arrived before the lock. A chain of merges counts as it is known now.

with

locks as (
    select * from {{ ref('active_clients', 'int_month_locks') }}
),

identities as (
    select * from {{ ref('active_clients', 'int_client_identities') }}
),

billing_intervals as (
    select * from {{ ref('active_clients', 'billing_intervals') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

known_clients as (
    select
        locks.period_month,
        clients.client_id,
        clients.is_internal,
        case
            when clients.merged_into_client_id is null then clients.client_id
            else identities.canonical_client_id
        end as reported_client_id

    from {{ ref('active_clients', 'int_clients_known') }} as clients
    inner join locks
        on {{ is_known('clients', 'locks.known_until_date') }}
    inner join identities
        on clients.client_id = identities.client_id
),

rates as (
    {{ known_rows(
        ref('active_clients', 'int_exchange_rates_classified'), 'exchange_rates',
        key=['rate_date', 'currency_code']
    ) }}
),

rate_deliveries as (
    select
        locks.period_month,
        rates.currency_code,
        cast(rates.rate as decimal(19, 8)) as rate,
        row_number() over (
            partition by locks.period_month, rates.currency_code
            order by rates.rate_date desc
        ) as delivery_rank

    from rates
    inner join locks
        on {{ is_known('rates', 'locks.known_until_date') }}
            and rates.rate_date <= locks.period_end_date

    where rates.currency_code <> {{ reporting_currency() }}
),

-- Of the last day up to the month's end that has one.
known_rates as (
    select
        period_month,
        currency_code,
        rate

    from rate_deliveries

    where delivery_rank = 1

    union all

    select
        period_month,
        {{ reporting_currency() }} as currency_code,
        cast(1 as decimal(19, 8)) as rate

    from locks
),

known_versions as (
    select
        locks.period_month,
        locks.period_end_date,
        versions.*

    from {{ ref('active_clients', 'int_subscriptions_known') }} as versions
    inner join locks
        on {{ is_known('versions', 'locks.known_until_date') }}
),

spans as (
    {{ recurring_spans(
        'known_versions', 'billing_intervals', 'as_of', ['period_month']
    ) | indent(4) }}
),

final as (
    select
        spans.period_month,
        spans.subscription_id,
        spans.client_id,
        known_clients.reported_client_id,
        spans.currency_code,
        spans.mrr_amount as original_mrr_amount,
        known_rates.rate

    from spans
    inner join known_clients
        on spans.period_month = known_clients.period_month
            and spans.client_id = known_clients.client_id
    inner join known_rates
        on spans.period_month = known_rates.period_month
            and spans.currency_code = known_rates.currency_code
    left join known_clients as reported_clients
        on known_clients.period_month = reported_clients.period_month
            and known_clients.reported_client_id = reported_clients.client_id

    where spans.has_contract_mrr
        and {{ is_within('spans.period_end_date', 'spans') }}
        and not coalesce(reported_clients.is_internal, known_clients.is_internal)
)

select * from final
