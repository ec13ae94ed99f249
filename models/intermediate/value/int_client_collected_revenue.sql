-- Grain: one row per counted client that ever paid: revenue collected by as_of_date from
-- paid invoices, less paid credit notes, converted at the rate of the day of payment.

with

invoices as (
    select * from {{ ref('int_invoices_classified') }}
    where disposition = 'accepted'
        and invoice_status = 'paid'
),

clients as (
    select * from {{ ref('int_client_identities') }}
    where exclusion_reason is null
),

rates as (
    select * from {{ ref('int_exchange_rate_spans') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

payments as (
    select
        client_id,
        currency_code,
        amount,
        {{ reporting_date('coalesce(paid_at, issued_at)') }} as paid_date

    from invoices
),

final as (
    select
        clients.canonical_client_id as client_id,
        cast(sum(cast(payments.amount * rates.rate as decimal(18, 4))) as decimal(18, 4))
            as revenue_amount,
        min(case when payments.amount > 0 then payments.paid_date end) as first_revenue_date

    from payments
    inner join clients
        on payments.client_id = clients.client_id
    inner join rates
        on payments.currency_code = rates.currency_code
            and payments.paid_date >= rates.valid_from
            and (rates.valid_to is null or payments.paid_date < rates.valid_to)
    cross join as_of

    where payments.paid_date <= as_of.as_of_date

    group by clients.canonical_client_id
)

select * from final
