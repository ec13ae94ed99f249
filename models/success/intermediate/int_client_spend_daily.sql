-- Grain: one row per counted client and day on which invoices were paid by as_of_date, with
-- what the client had paid in all at the day's end, in the reporting currency.

with

invoices as (
    select
        canonical_client_id as client_id,
        currency_code,
        amount,
        {{ reporting_date('coalesce(paid_at, issued_at)') }} as paid_date

    from {{ ref('active_clients', 'int_invoices_classified') }}

    where disposition = 'accepted'
        and exclusion_reason is null
        and invoice_status = 'paid'
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

daily as (
    select
        invoices.client_id,
        invoices.paid_date,
        sum(cast(invoices.amount * rates.rate as decimal(18, 4))) as spend_amount

    from invoices
    inner join rates
        on {{ is_rate_on('rates', 'invoices', 'invoices.paid_date') }}
    cross join as_of

    where invoices.paid_date <= as_of.as_of_date

    group by invoices.client_id, invoices.paid_date
),

final as (
    select
        client_id,
        paid_date,
        cast(spend_amount as decimal(24, 4)) as spend_amount,
        {{ running_sum('spend_amount', ['client_id'], 'paid_date', digits=24) }}
            as total_spend_amount

    from daily
)

select * from final
