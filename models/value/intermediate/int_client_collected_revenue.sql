-- Grain: one row per counted client that ever paid: revenue collected by as_of_date on
-- invoices, less what was given back, converted at the rate of the day of payment.

with

invoices as (
    select * from {{ ref('fct_invoices') }}
    where settled_date is not null
),

final as (
    select
        client_id,
        cast(sum(collected_amount - refunded_amount) as decimal(18, 4)) as revenue_amount,
        min(case when collected_amount > refunded_amount then settled_date end)
            as first_revenue_date

    from invoices

    group by client_id
)

select * from final
