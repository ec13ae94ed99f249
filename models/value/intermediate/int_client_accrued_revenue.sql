-- Grain: one row per client that ever had MRR: billed MRR accrued by the day (12 / 365 of it
-- a day) up to as_of_date. Stands in for collected revenue where there are no invoices.

with

client_mrr as (
    select * from {{ ref('fct_client_mrr') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

step_days as (
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

final as (
    select
        client_id,
        cast(sum(cast(
            cast(billed_mrr_amount * day_count as {{ type_double() }}) * 12 / 365
            as decimal(18, 4)
        )) as decimal(18, 4)) as revenue_amount,
        min(case when billed_mrr_amount > 0 then valid_from end) as first_revenue_date

    from step_days

    group by client_id
)

select * from final
