-- Grain: one row per locked month, subscription, currency, client and cause for which MRR is
-- not what was reported. Causes are applied one after the other: rows, exchange rates, merges.

with

subscriptions as (
    select * from {{ ref('int_restated_subscriptions') }}
),

causes as (
    select
        period_month,
        subscription_id,
        currency_code,
        reported_client_id as client_id,
        row_cause as restatement_cause,
        rows_amount - reported_amount as mrr_change_amount

    from subscriptions

    union all

    select
        period_month,
        subscription_id,
        currency_code,
        reported_client_id as client_id,
        'fx' as restatement_cause,
        current_amount - rows_amount as mrr_change_amount

    from subscriptions

    union all

    select
        period_month,
        subscription_id,
        currency_code,
        reported_client_id as client_id,
        'merge' as restatement_cause,
        -current_amount as mrr_change_amount

    from subscriptions

    where reported_client_id <> current_client_id

    union all

    select
        period_month,
        subscription_id,
        currency_code,
        current_client_id as client_id,
        'merge' as restatement_cause,
        current_amount as mrr_change_amount

    from subscriptions

    where reported_client_id <> current_client_id
),

final as (
    select * from causes
    where mrr_change_amount <> 0
)

select * from final
