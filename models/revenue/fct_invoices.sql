-- Grain: one row per accepted invoice or credit note of a counted client, issued by as_of_date.
-- What was billed is valued on the day of issue, what was paid or given back on its own day.

with

invoices as (
    select * from {{ ref('active_clients', 'int_invoices_classified') }}
    where disposition = 'accepted'
        and exclusion_reason is null
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

dated as (
    select
        invoices.invoice_id,
        invoices.canonical_client_id as client_id,
        invoices.subscription_id,
        invoices.currency_code,
        invoices.amount,
        as_of.as_of_date,
        {{ reporting_date('invoices.issued_at') }} as issued_date,
        {{ reporting_date('coalesce(invoices.paid_at, invoices.issued_at)') }} as settled_date,
        case
            when invoices.invoice_status in ('paid', 'refunded')
                and {{ reporting_date('coalesce(invoices.paid_at, invoices.issued_at)') }}
                > as_of.as_of_date then 'open'
            else invoices.invoice_status
        end as invoice_status

    from invoices
    cross join as_of

    -- A payment may come before its invoice.
    where {{ reporting_date(
        'least(invoices.issued_at, coalesce(invoices.paid_at, invoices.issued_at))'
    ) }} <= as_of.as_of_date
),

valued as (
    select
        dated.*,
        {{ add_days('dated.issued_date', number_var('invoice_due_days')) }} as due_date,
        dated.amount < 0 as is_credit_note,
        dated.invoice_status in ('paid', 'refunded') as is_settled,
        cast(dated.amount * issue_rates.rate as decimal(18, 4)) as issued_amount,
        cast(dated.amount * settle_rates.rate as decimal(18, 4)) as settled_amount

    from dated
    inner join rates as issue_rates
        on {{ is_rate_on('issue_rates', 'dated', 'dated.issued_date') }}
    inner join rates as settle_rates
        on {{ is_rate_on('settle_rates', 'dated', 'dated.settled_date') }}
),

final as (
    select
        -- ids
        invoice_id,
        client_id,
        subscription_id,

        -- strings
        currency_code,
        invoice_status,

        -- numerics
        cast(amount as decimal(18, 4)) as original_amount,
        cast(case
            when not is_credit_note and invoice_status <> 'void' then issued_amount else 0
        end as decimal(18, 4)) as billed_amount,
        cast(case
            when not is_credit_note and is_settled then settled_amount else 0
        end as decimal(18, 4)) as collected_amount,
        cast(case
            when is_credit_note and is_settled then -settled_amount
            when invoice_status = 'refunded' then settled_amount
            else 0
        end as decimal(18, 4)) as refunded_amount,
        cast(case
            when not is_credit_note and invoice_status = 'open' then issued_amount else 0
        end as decimal(18, 4)) as open_amount,
        cast(case
            when not is_credit_note and invoice_status = 'open' and due_date < as_of_date
                then issued_amount
            else 0
        end as decimal(18, 4)) as overdue_amount,
        cast(case
            when not is_credit_note and invoice_status = 'uncollectible' then issued_amount
            else 0
        end as decimal(18, 4)) as written_off_amount,

        -- booleans
        is_credit_note,

        -- dates
        issued_date,
        due_date,
        case when is_settled then settled_date end as settled_date

    from valued
)

select * from final
