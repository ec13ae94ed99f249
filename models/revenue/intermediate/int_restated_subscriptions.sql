-- Grain: one row per locked month, subscription and currency with MRR at the month's end, as
-- reported or as known now, in the reporting currency.
-- `rows_amount` is what other rows would have made of it at the rates of then.

with

locks as (
    select * from {{ ref('active_clients', 'int_month_locks') }}
),

reported as (
    select * from {{ ref('active_clients', 'int_locked_subscription_mrr') }}
),

known_now as (
    select
        locks.period_month,
        versions.subscription_id,
        versions.client_id,
        versions.currency_code,
        versions.mrr_amount as original_mrr_amount,
        rates.rate

    from {{ ref('active_clients', 'int_subscription_versions') }} as versions
    inner join locks
        on {{ is_within('locks.period_end_date', 'versions') }}
    inner join {{ ref('active_clients', 'int_exchange_rate_spans') }} as rates
        on {{ is_rate_on('rates', 'versions', 'locks.period_end_date') }}

    where versions.has_contract_mrr
),

compared as (
    select
        coalesce(reported.period_month, known_now.period_month) as period_month,
        coalesce(reported.subscription_id, known_now.subscription_id) as subscription_id,
        coalesce(reported.currency_code, known_now.currency_code) as currency_code,
        coalesce(reported.reported_client_id, known_now.client_id) as reported_client_id,
        coalesce(known_now.client_id, identities.canonical_client_id) as current_client_id,
        coalesce(identities.exclusion_reason is not null, false) as is_excluded_now,
        coalesce(reported.original_mrr_amount, 0) as m_then,
        coalesce(known_now.original_mrr_amount, 0) as m_now,
        coalesce(reported.rate, known_now.rate) as rate_then,
        coalesce(known_now.rate, reported.rate) as rate_now

    from reported
    full join known_now
        on reported.period_month = known_now.period_month
            and reported.subscription_id = known_now.subscription_id
            and reported.currency_code = known_now.currency_code
    left join {{ ref('active_clients', 'int_client_identities') }} as identities
        on reported.client_id = identities.client_id
),

-- What is paid in another currency now was not cancelled.
summed as (
    select
        *,
        sum(m_now) over (partition by period_month, subscription_id) as m_of_subscription_now

    from compared
),

final as (
    select
        period_month,
        subscription_id,
        currency_code,
        reported_client_id,
        current_client_id,
        cast(m_then * rate_then as decimal(18, 4)) as reported_amount,
        cast(m_now * rate_then as decimal(18, 4)) as rows_amount,
        cast(m_now * rate_now as decimal(18, 4)) as current_amount,
        case
            when is_excluded_now then 'exclusion'
            when m_of_subscription_now = 0 then 'backdated_cancel'
            else 'late_row'
        end as row_cause

    from summed
)

select * from final
