-- Grain: one row per origin, non-contractual client and day with a purchase, as known on the
-- origin: what was paid that day, less what was credited, in the reporting currency.

with

invoices as (
    select * from {{ ref('int_invoices_classified') }}
    where disposition in ('accepted', 'duplicate')
),

identities as (
    select * from {{ ref('int_client_identities') }}
    where exclusion_reason is null
),

clients as (
    select client_id
    from {{ ref('dim_clients') }}
    where relationship_type = 'non_contractual'
),

rates as (
    select * from {{ ref('int_exchange_rate_spans') }}
),

origins as (
    select * from {{ ref('int_clv_origins') }}
),

deliveries as (
    select
        origins.origin_date,
        clients.client_id,
        invoices.invoice_status,
        invoices.currency_code,
        invoices.amount,
        {{ reporting_date('coalesce(invoices.paid_at, invoices.issued_at)') }} as paid_date,
        row_number() over (
            partition by origins.origin_date, invoices.invoice_id
            order by invoices.loaded_at desc, invoices.raw_row desc
        ) as delivery_rank

    from invoices
    inner join identities
        on invoices.client_id = identities.client_id
    inner join clients
        on identities.canonical_client_id = clients.client_id
    inner join origins
        on cast(invoices.loaded_at as date) <= origins.known_until_date
),

final as (
    select
        deliveries.origin_date,
        deliveries.client_id,
        deliveries.paid_date as purchase_date,
        cast(sum(cast(deliveries.amount * rates.rate as decimal(18, 4))) as decimal(18, 4))
            as revenue_amount

    from deliveries
    inner join rates
        on deliveries.currency_code = rates.currency_code
            and deliveries.paid_date >= rates.valid_from
            and deliveries.paid_date < {{ or_never('rates.valid_to') }}

    where deliveries.delivery_rank = 1
        and deliveries.invoice_status = 'paid'
        and deliveries.paid_date <= deliveries.origin_date

    group by deliveries.origin_date, deliveries.client_id, deliveries.paid_date

    having max(deliveries.amount) > 0
)

select * from final
