-- Grain: one row per invoice of a subscription, without credit notes: the days
-- [covered_from, covered_to) that it pays for, one billing interval from its issue on, and what
-- that is a month. A year's invoice is no revenue of one month.

with

invoices as (
    select * from {{ ref('active_clients', 'fct_invoices') }}
    where subscription_id is not null
        and not is_credit_note
        and original_amount > 0
),

versions as (
    select * from {{ ref('active_clients', 'int_subscription_versions') }}
),

billing_intervals as (
    select * from {{ ref('active_clients', 'billing_intervals') }}
),

-- The version in force at issue, or, for an invoice ahead of its subscription, the first. One
-- in another currency only says the interval.
versioned as (
    select
        invoices.*,
        cast(case
            when versions.currency_code = invoices.currency_code then versions.billed_mrr_amount
            else 0
        end as decimal(18, 4)) as billed_mrr_amount,
        versions.billing_interval,
        versions.billing_interval_count,
        row_number() over (
            partition by invoices.invoice_id
            order by
                case when versions.currency_code = invoices.currency_code then 0 else 1 end,
                case when versions.valid_from <= invoices.issued_date then 0 else 1 end,
                case
                    when versions.valid_from <= invoices.issued_date then -versions.version
                    else versions.version
                end
        ) as place

    from invoices
    inner join versions
        on invoices.subscription_id = versions.subscription_id
),

covered as (
    select
        versioned.*,
        cast(
            cast(versioned.original_amount as {{ type_double() }})
            * billing_intervals.intervals_per_year / (12 * versioned.billing_interval_count)
            as decimal(18, 4)
        ) as invoiced_mrr_amount,
        case versioned.billing_interval
            when 'day' then {{ add_days(
                'versioned.issued_date', 'cast(versioned.billing_interval_count as integer)'
            ) }}
            when 'week' then {{ add_days(
                'versioned.issued_date', 'cast(7 * versioned.billing_interval_count as integer)'
            ) }}
            else {{ add_months(
                'versioned.issued_date',
                'cast(versioned.billing_interval_count * 12'
                ~ ' / billing_intervals.intervals_per_year as integer)'
            ) }}
        end as term_end_date,
        lead(versioned.issued_date) over (
            partition by versioned.subscription_id, versioned.currency_code
            order by versioned.issued_date, versioned.invoice_id
        ) as next_issued_date

    from versioned
    inner join billing_intervals
        on versioned.billing_interval = billing_intervals.billing_interval

    where versioned.place = 1
),

final as (
    select
        invoice_id,
        client_id,
        subscription_id,
        currency_code,
        invoiced_mrr_amount,
        billed_mrr_amount as issued_mrr_amount,
        invoice_status = 'void' as is_void,
        issued_date as covered_from,
        -- From a month's end the next one may be up to three days away.
        case
            when abs({{ dbt.datediff('term_end_date', 'next_issued_date', 'day') }}) <= 3
                then next_issued_date
            else term_end_date
        end as covered_to

    from covered
)

select * from final
