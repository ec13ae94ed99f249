-- Grain: one row per counted client that was there by as_of_date.
-- Historical value: revenue realised by as_of_date times the gross margin. Revenue is what
-- was collected on invoices, or, without that table, MRR accrued by the day.

with

clients as (
    select * from {{ ref('dim_clients') }}
    where not is_internal
),

revenue as (
    select * from {{ ref('int_client_realised_revenue') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

valued as (
    select
        clients.client_id,
        clients.relationship_type,
        clients.acquisition_cost_amount,
        clients.created_date,
        revenue.first_revenue_date,
        as_of.as_of_date,
        coalesce(revenue.revenue_amount, 0) as revenue_amount,
        cast(
            coalesce(revenue.revenue_amount, 0)
            * cast({{ number_var('gross_margin_rate', 0, 1) }} as decimal(5, 4))
            as decimal(18, 4)
        ) as historical_clv_amount

    from clients
    left join revenue
        on clients.client_id = revenue.client_id
    cross join as_of

    where clients.created_date <= as_of.as_of_date
        or revenue.client_id is not null
),

final as (
    select
        -- ids
        client_id,

        -- strings
        relationship_type,
        '{{ 'collected' if var('invoices_enabled') else 'accrued' }}' as revenue_basis,

        -- numerics
        cast(revenue_amount as decimal(18, 4)) as revenue_amount,
        cast({{ number_var('gross_margin_rate', 0, 1) }} as decimal(5, 4))
            as gross_margin_rate,
        historical_clv_amount,
        acquisition_cost_amount,
        {{ rate('historical_clv_amount', 'acquisition_cost_amount') }}
            as clv_to_acquisition_cost_ratio,

        -- dates
        created_date,
        first_revenue_date,
        as_of_date

    from valued
)

select * from final
