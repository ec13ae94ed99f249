-- MRR after any step is the sum of all movements up to its first day, per client, and MRR now
-- is that of all of them, per currency and in total:
-- m1 = m0 + new + reactivation + expansion + contraction + churn + fx.

{{ config(group='revenue') }}

with

movement_days as (
    select
        client_id,
        movement_date,
        sum(mrr_change_amount) as mrr_change_amount

    from {{ ref('active_clients', 'fct_mrr_movements') }}

    group by client_id, movement_date
),

rolled_forward as (
    select
        client_mrr.client_id,
        client_mrr.valid_from,
        client_mrr.mrr_amount,
        sum(coalesce(movement_days.mrr_change_amount, 0)) over (
            partition by client_mrr.client_id
            order by client_mrr.valid_from
            rows between unbounded preceding and current row
        ) as rolled_forward_amount

    from {{ ref('active_clients', 'fct_client_mrr') }} as client_mrr
    left join movement_days
        on client_mrr.client_id = movement_days.client_id
            and client_mrr.valid_from = movement_days.movement_date
),

-- A movement on a day without a step would be lost in the join above.
totals as (
    select
        (select coalesce(sum(mrr_change_amount), 0) from movement_days) as moved_amount,
        (
            select coalesce(sum(mrr_amount), 0)
            from {{ ref('active_clients', 'fct_client_mrr') }}
            where valid_to is null
        ) as current_amount
),

currency_movements as (
    select
        currency_code,
        sum(mrr_change_amount) as moved_amount

    from {{ ref('active_clients', 'fct_mrr_movements') }}

    group by currency_code
),

currency_totals as (
    select
        currency_code,
        sum(mrr_amount) as current_amount

    from {{ ref('active_clients', 'int_client_currency_mrr') }}

    where valid_to = {{ never() }}

    group by currency_code
)

select
    client_id,
    valid_from,
    mrr_amount,
    rolled_forward_amount

from rolled_forward

where mrr_amount <> rolled_forward_amount

union all

select
    'all clients' as client_id,
    cast(null as date) as valid_from,
    current_amount as mrr_amount,
    moved_amount as rolled_forward_amount

from totals

where current_amount <> moved_amount

union all

select
    coalesce(currency_totals.currency_code, currency_movements.currency_code) as client_id,
    cast(null as date) as valid_from,
    currency_totals.current_amount as mrr_amount,
    currency_movements.moved_amount as rolled_forward_amount

from currency_totals
full join currency_movements
    on currency_totals.currency_code = currency_movements.currency_code

where
    coalesce(currency_totals.current_amount, 0)
    <> coalesce(currency_movements.moved_amount, 0)
