-- Grain: one row per counted client and month with realised revenue by as_of_date: margin on
-- what was collected on invoices, or, without that table, on MRR accrued by the day. A month
-- before the client was created counts as that of its creation.

with

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
    where not is_internal
),

margin_rates as (
    select * from {{ ref('active_clients', 'int_client_margin_rates') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

{% if var('invoices_enabled') -%}
invoices as (
    select * from {{ ref('active_clients', 'int_invoices_classified') }}
    where disposition = 'accepted'
        and exclusion_reason is null
        and invoice_status = 'paid'
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

payments as (
    select
        canonical_client_id as client_id,
        currency_code,
        amount,
        {{ reporting_date('coalesce(paid_at, issued_at)') }} as paid_date

    from invoices
),

revenue as (
    select
        payments.client_id,
        {{ month_start('payments.paid_date') }} as revenue_month,
        cast(payments.amount * rates.rate as decimal(24, 4)) as revenue_amount

    from payments
    inner join rates
        on {{ is_rate_on('rates', 'payments', 'payments.paid_date') }}
    cross join as_of

    where payments.paid_date <= as_of.as_of_date
),
{%- else -%}
client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
    where billed_mrr_amount > 0
),

days as (
    select * from {{ ref('active_clients', 'dim_dates') }}
),

revenue as (
    select
        client_mrr.client_id,
        days.month_start_date as revenue_month,
        cast(cast(client_mrr.billed_mrr_amount * count(*) as {{ type_double() }}) * 12 / 365
        as decimal(24, 4)) as revenue_amount

    from client_mrr
    cross join as_of
    inner join days
        on {{ is_within('days.date_day', 'client_mrr') }}
            and as_of.as_of_date >= days.date_day

    group by
        client_mrr.client_id, client_mrr.valid_from, client_mrr.billed_mrr_amount,
        days.month_start_date
),
{%- endif %}

aged as (
    select
        clients.client_id,
        case
            when revenue.revenue_month < {{ month_start('clients.created_date') }} then 0
            else {{ months_between('clients.created_date', 'revenue.revenue_month') }}
        end as age_months,
        revenue.revenue_amount * margin_rates.gross_margin_rate as margin_amount

    from revenue
    inner join clients
        on revenue.client_id = clients.client_id
    inner join margin_rates
        on revenue.client_id = margin_rates.client_id
),

final as (
    select
        client_id,
        age_months,
        cast(sum(margin_amount) as decimal(24, 4)) as margin_amount

    from aged

    group by client_id, age_months
)

select * from final
