-- Grain: one row per counted client and month.
-- `net_retained_mrr_amount` is what the client pays at the period's end if it paid twelve
-- months before, in the exchange rates of then, which makes it comparable with the base. A
-- client that pays in a currency without a rate then is left out of both, visibly.

with

client_months as (
    select * from {{ ref('int_client_months') }}
),

levels as (
    select * from {{ ref('int_client_mrr_levels') }}
),

rates as (
    select * from {{ ref('int_exchange_rate_spans') }}
),

client_mrr as (
    select * from {{ ref('fct_client_mrr') }}
),

constant_mrr as (
    select
        client_months.client_id,
        client_months.period_month,
        sum(cast(levels.mrr_amount * rates.rate as decimal(18, 4))) as constant_mrr_amount,
        max(case when rates.rate is null then 1 else 0 end) = 1 as lacks_base_rate

    from client_months
    inner join levels
        on client_months.client_id = levels.client_id
            and client_months.period_end_date >= levels.valid_from
            and client_months.period_end_date < {{ or_never('levels.valid_to') }}
            and levels.mrr_amount > 0
    left join rates
        on levels.currency_code = rates.currency_code
            and client_months.base_date >= rates.valid_from
            and client_months.base_date < {{ or_never('rates.valid_to') }}

    group by client_months.client_id, client_months.period_month
),

month_mrr as (
    select
        client_months.client_id,
        client_months.period_month,
        coalesce(end_mrr.seat_count, 0) as seat_count,
        coalesce(end_mrr.contract_mrr_amount, 0) as contract_mrr_amount,
        coalesce(end_mrr.billed_mrr_amount, 0) as billed_mrr_amount,
        coalesce(end_mrr.mrr_amount, 0) as mrr_amount,
        case
            when constant_mrr.lacks_base_rate then 0
            else coalesce(base_mrr.mrr_amount, 0)
        end as base_mrr_amount,
        case
            when constant_mrr.lacks_base_rate then coalesce(base_mrr.mrr_amount, 0)
            else 0
        end as incomparable_base_mrr_amount,
        case
            when constant_mrr.lacks_base_rate then 0
            when base_mrr.mrr_amount > 0 then coalesce(constant_mrr.constant_mrr_amount, 0)
            else 0
        end as net_retained_mrr_amount

    from client_months
    left join client_mrr as end_mrr
        on client_months.client_id = end_mrr.client_id
            and client_months.period_end_date >= end_mrr.valid_from
            and client_months.period_end_date < {{ or_never('end_mrr.valid_to') }}
    left join client_mrr as base_mrr
        on client_months.client_id = base_mrr.client_id
            and client_months.base_date >= base_mrr.valid_from
            and client_months.base_date < {{ or_never('base_mrr.valid_to') }}
    left join constant_mrr
        on client_months.client_id = constant_mrr.client_id
            and client_months.period_month = constant_mrr.period_month
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
