-- Grain: one row per counted client with revenue realised by as_of_date: what was collected on
-- invoices less what was given back, or, without that table, billed MRR accrued by the day
-- (12 / 365 of it a day).

with

invoices as (
    select * from {{ ref('active_clients', 'fct_invoices') }}
    where settled_date is not null
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

collected as (
    select
        client_id,
        cast(sum(collected_amount - refunded_amount) as decimal(24, 4)) as revenue_amount,
        min(case when collected_amount > refunded_amount then settled_date end)
            as first_revenue_date

    from invoices

    group by client_id
),

mrr_steps as (
    select
        client_mrr.client_id,
        client_mrr.billed_mrr_amount,
        client_mrr.valid_from,
        {{ dbt.datediff(
            'client_mrr.valid_from',
            'coalesce(client_mrr.valid_to, ' ~ add_days('as_of.as_of_date', 1) ~ ')',
            'day',
        ) }} as day_count

    from client_mrr
    cross join as_of
),

accrued as (
    select
        client_id,
        cast(sum(cast(
            cast(billed_mrr_amount * day_count as {{ type_double() }}) * 12 / 365
            as decimal(24, 4)
        )) as decimal(24, 4)) as revenue_amount,
        min(case when billed_mrr_amount > 0 then valid_from end) as first_revenue_date

    from mrr_steps

    group by client_id
),

revenue as (
    select
        'collected' as revenue_basis,
        client_id,
        revenue_amount,
        first_revenue_date

    from collected

    union all

    select
        'accrued' as revenue_basis,
        client_id,
        revenue_amount,
        first_revenue_date

    from accrued
),

final as (
    select
        client_id,
        revenue_amount,
        first_revenue_date

    from revenue

    where revenue_basis = '{{ 'collected' if var('invoices_enabled') else 'accrued' }}'
)

select * from final
