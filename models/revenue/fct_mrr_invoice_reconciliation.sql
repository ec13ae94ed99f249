-- Grain: one row per client and month with billed MRR or a recurring invoice that covers it.
-- Invoices are spread over the term they pay for; the difference to billed MRR is the sum of
-- five explanations.

with

step_months as (
    select * from {{ ref('int_billing_step_months') }}
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
        is_complete

    from explained

    group by client_id, period_month, is_complete
)

select * from final
