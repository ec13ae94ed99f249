-- Grain: one row per origin, non-contractual client and day with a purchase, as known on the
-- origin: what was paid that day, less what was credited, in the reporting currency. What was
-- given away for nothing is a purchase too; a credit note alone is none.

with

invoices as (
    select * from {{ ref('active_clients', 'int_invoices_known') }}
),

clients as (
    select client_id
    from {{ ref('active_clients', 'int_clients') }}
    where relationship_type = 'non_contractual'
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

origins as (
    select * from {{ ref('active_clients', 'int_clv_origins') }}
),

purchases as (
    select
        origins.origin_date,
        clients.client_id,
        invoices.currency_code,
        invoices.amount,
        {{ reporting_date('coalesce(invoices.paid_at, invoices.issued_at)') }} as paid_date

    from invoices
    inner join clients
        on invoices.canonical_client_id = clients.client_id
    inner join origins
        on {{ is_known('invoices', 'origins.known_until_date') }}

    where invoices.exclusion_reason is null
        and invoices.invoice_status = 'paid'
),

final as (
    select
        purchases.origin_date,
        purchases.client_id,
        purchases.paid_date as purchase_date,
        cast(sum(cast(purchases.amount * rates.rate as decimal(18, 4))) as decimal(18, 4))
            as revenue_amount

    from purchases
    inner join rates
        on {{ is_rate_on('rates', 'purchases', 'purchases.paid_date') }}

    where purchases.paid_date <= purchases.origin_date

    group by purchases.origin_date, purchases.client_id, purchases.paid_date

    having max(purchases.amount) >= 0
)

select * from final
