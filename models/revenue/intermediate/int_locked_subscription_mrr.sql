-- Grain: one row per locked month, subscription and currency with MRR at the month's end, from
-- the deliveries that had arrived before the lock.

with

locks as (
    select * from {{ ref('int_month_locks') }}
),

deliveries as (
    select
        locks.period_month,
        locks.period_end_date,
        subscriptions.*,
        row_number() over (
            partition by
                locks.period_month, subscriptions.subscription_id, subscriptions.version
            order by subscriptions.loaded_at desc, subscriptions.raw_row desc
        ) as delivery_rank

    from {{ ref('int_subscriptions_classified') }} as subscriptions
    inner join locks
        on subscriptions.loaded_at < locks.locked_at

    where subscriptions.disposition in ('accepted', 'duplicate')
),

latest as (
    select * from deliveries
    where delivery_rank = 1
),

spans as (
    {{ recurring_spans('latest', ['period_month']) | indent(4) }}
),

final as (
    select
        period_month,
        subscription_id,
        client_id,
        currency_code,
        mrr_amount as original_mrr_amount

    from spans

    where is_recurring
        and contract_mrr_amount > 0
        and valid_from <= period_end_date
        and period_end_date < {{ or_never('valid_to') }}
)

select * from final
