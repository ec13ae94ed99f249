-- Grain: one row per client and locked month with MRR at its end: as it was reported, when the
-- month was locked, and as it is known now.

with

subscriptions as (
    select * from {{ ref('active_clients', 'int_restated_subscriptions') }}
),

locks as (
    select * from {{ ref('active_clients', 'int_month_locks') }}
),

sides as (
    select
        period_month,
        reported_client_id as client_id,
        reported_amount,
        0 as current_amount

    from subscriptions

    union all

    select
        period_month,
        current_client_id as client_id,
        0 as reported_amount,
        current_amount

    from subscriptions
),

summed as (
    select
        period_month,
        client_id,
        sum(reported_amount) as reported_amount,
        sum(current_amount) as current_amount

    from sides

    group by period_month, client_id
),

final as (
    select
        -- keys
        summed.client_id,
        summed.period_month,

        -- numerics
        cast(summed.reported_amount as decimal(18, 4)) as reported_mrr_amount,
        cast(summed.current_amount as decimal(18, 4)) as current_mrr_amount,
        cast(summed.current_amount - summed.reported_amount as decimal(18, 4))
            as restated_mrr_amount,

        -- booleans
        locks.is_reconstructed,

        -- dates
        {{ month_end('summed.period_month') }} as period_end_date,

        -- timestamps
        locks.locked_at

    from summed
    inner join locks
        on summed.period_month = locks.period_month

    where summed.reported_amount <> 0
        or summed.current_amount <> 0
)

select * from final
