-- Grain: one row per client, locked month and cause for which its MRR at the month's end is not
-- what was reported. Causes are applied one after the other: rows, exchange rates, merges. The
-- changes of a client and month add up to what is known now.

with

subscriptions as (
    select * from {{ ref('active_clients', 'int_restated_subscriptions') }}
),

-- Numbers that were kept when they were published tell a change of definition.
published as (
    select * from {{ ref('active_clients', 'published_mrr') }}
),

reported as (
    select * from {{ ref('active_clients', 'fct_reported_mrr') }}
),

locks as (
    select * from {{ ref('active_clients', 'int_month_locks') }}
),

published_months as (
    select distinct period_month from published
),

causes as (
    select
        period_month,
        reported_client_id as client_id,
        row_cause as restatement_cause,
        rows_amount - reported_amount as mrr_change_amount

    from subscriptions

    union all

    select
        period_month,
        reported_client_id as client_id,
        'fx' as restatement_cause,
        current_amount - rows_amount as mrr_change_amount

    from subscriptions

    union all

    select
        period_month,
        reported_client_id as client_id,
        'merge' as restatement_cause,
        -current_amount as mrr_change_amount

    from subscriptions

    where reported_client_id <> current_client_id

    union all

    select
        period_month,
        current_client_id as client_id,
        'merge' as restatement_cause,
        current_amount as mrr_change_amount

    from subscriptions

    where reported_client_id <> current_client_id
),

redefined as (
    select
        coalesce(reported.period_month, published.period_month) as period_month,
        coalesce(reported.client_id, published.client_id) as client_id,
        'definition' as restatement_cause,
        coalesce(reported.reported_mrr_amount, 0) - coalesce(published.mrr_amount, 0)
            as mrr_change_amount

    from reported
    full join published
        on reported.period_month = published.period_month
            and reported.client_id = published.client_id
),

changes as (
    select
        period_month,
        client_id,
        restatement_cause,
        mrr_change_amount

    from causes

    union all

    select
        redefined.period_month,
        redefined.client_id,
        redefined.restatement_cause,
        redefined.mrr_change_amount

    from redefined
    inner join published_months
        on redefined.period_month = published_months.period_month
),

summed as (
    select
        client_id,
        period_month,
        restatement_cause,
        sum(mrr_change_amount) as mrr_change_amount

    from changes

    group by client_id, period_month, restatement_cause

    having sum(mrr_change_amount) <> 0
),

final as (
    select
        -- keys
        summed.client_id,
        summed.period_month,
        summed.restatement_cause,

        -- numerics
        cast(summed.mrr_change_amount as decimal(18, 4)) as mrr_change_amount,

        -- booleans
        coalesce(locks.is_reconstructed, false) as is_reconstructed,

        -- dates
        {{ month_end('summed.period_month') }} as period_end_date

    from summed
    left join locks
        on summed.period_month = locks.period_month
)

select * from final
