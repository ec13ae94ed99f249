-- Grain: one row per client and month with billed MRR or a recurring invoice that covers it.
-- Invoices are spread over the term they pay for; the difference to billed MRR is the sum of
-- five explanations.

with

steps as (
    select * from {{ ref('active_clients', 'int_subscription_billing_steps') }}
    where billed_mrr_amount > 0
        or invoice_count > 0
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

months as (
    select
        *,
        {{ add_days('period_end_date', 1) }} as next_date

    from {{ ref('active_clients', 'int_months') }}

    where has_begun
),

-- Steps cut at the ends of months. Amounts are averages over the days of the month that have
-- elapsed, at the rates of its last day.
shared as (
    select
        steps.*,
        months.period_month,
        months.next_date,
        months.is_complete,
        rates.rate,
        {{ later('steps.valid_from', 'months.period_month') }} as shared_from,
        {{ earlier('steps.valid_to', 'months.next_date') }} as shared_to

    from steps
    inner join months
        on steps.valid_from <= months.period_end_date
            and steps.valid_to > months.period_month
    inner join rates
        on {{ is_rate_on('rates', 'steps', 'months.period_end_date') }}
),

counted as (
    select
        *,
        {{ dbt.datediff(
            'shared_from',
            'shared_to',
            'day',
        ) }} as shared_days,
        {{ dbt.datediff(
            'period_month',
            'next_date',
            'day',
        ) }} as month_days

    from shared
),

weighted as (
    select
        *,
        cast(
            cast(shared_days as {{ type_double() }}) / month_days * rate as decimal(20, 10)
        ) as weight

    from counted
),

step_months as (
    select
        client_id,
        period_month,
        cast(billed_mrr_amount * weight as decimal(18, 4)) as billed_amount,
        cast(invoiced_mrr_amount * weight as decimal(18, 4)) as invoiced_amount,
        cast(issued_mrr_amount * weight as decimal(18, 4)) as issued_amount,
        billed_mrr_amount > 0 as has_mrr,
        invoice_count > 0 as has_invoice,
        void_count > 0 as has_void_invoice,
        is_complete

    from weighted
),

explained as (
    select
        *,
        case when has_mrr and not has_invoice and has_void_invoice then -billed_amount else 0
        end as voided_amount,
        case
            when has_mrr and not has_invoice and not has_void_invoice then -billed_amount
            else 0
        end as not_invoiced_amount,
        case when has_invoice and not has_mrr then invoiced_amount else 0
        end as invoiced_without_mrr_amount,
        case when has_invoice and has_mrr then issued_amount - billed_amount else 0
        end as changed_in_term_amount,
        case when has_invoice and has_mrr then invoiced_amount - issued_amount else 0
        end as invoiced_otherwise_amount

    from step_months
),

final as (
    select
        -- keys
        client_id,
        period_month,

        -- numerics
        cast(sum(billed_amount) as decimal(18, 4)) as billed_mrr_amount,
        cast(sum(invoiced_amount) as decimal(18, 4)) as invoiced_mrr_amount,
        cast(sum(invoiced_amount - billed_amount) as decimal(18, 4)) as difference_amount,
        cast(sum(not_invoiced_amount) as decimal(18, 4)) as not_invoiced_amount,
        cast(sum(voided_amount) as decimal(18, 4)) as voided_amount,
        cast(sum(invoiced_without_mrr_amount) as decimal(18, 4))
            as invoiced_without_mrr_amount,
        cast(sum(changed_in_term_amount) as decimal(18, 4)) as changed_in_term_amount,
        cast(sum(invoiced_otherwise_amount) as decimal(18, 4)) as invoiced_otherwise_amount,

        -- booleans
        is_complete,

        -- dates
        {{ month_end('period_month') }} as period_end_date

    from explained

    group by client_id, period_month, is_complete
)

select * from final
