-- Grain: one row per counted client and month.
-- `net_retained_mrr_amount` is what the client pays at the period's end if it paid twelve
-- months before, in the exchange rates of then, which makes it comparable with the base. A
-- client that pays in a currency without a rate then is left out of both, visibly.

with

client_months as (
    select * from {{ ref('active_clients', 'int_client_months') }}
),

retained as (
    select * from {{ ref('active_clients', 'int_retained_mrr') }}
    where period_number = 12
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

month_mrr as (
    select
        client_months.client_id,
        client_months.period_month,
        coalesce(client_mrr.seat_count, 0) as seat_count,
        coalesce(client_mrr.contract_mrr_amount, 0) as contract_mrr_amount,
        coalesce(client_mrr.billed_mrr_amount, 0) as billed_mrr_amount,
        coalesce(client_mrr.mrr_amount, 0) as mrr_amount,
        cast(
            case when retained.is_comparable then retained.base_mrr_amount else 0 end
            as decimal(18, 4)
        ) as base_mrr_amount,
        cast(
            case when not retained.is_comparable then retained.base_mrr_amount else 0 end
            as decimal(18, 4)
        ) as incomparable_base_mrr_amount,
        cast(
            case when retained.is_comparable then retained.net_retained_mrr_amount else 0 end
            as decimal(18, 4)
        ) as net_retained_mrr_amount

    from client_months
    left join client_mrr
        on client_months.client_id = client_mrr.client_id
            and {{ is_within('client_months.period_end_date', 'client_mrr') }}
    left join retained
        on client_months.client_id = retained.client_id
            and client_months.period_month = retained.period_month
),

final as (
    select
        *,
        coalesce(lag(mrr_amount) over (
            partition by client_id
            order by period_month
        ), 0) as previous_mrr_amount

    from month_mrr
)

select * from final
