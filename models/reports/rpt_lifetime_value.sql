-- Grain: one row per counted client that has brought revenue: what it has been worth, what is
-- expected of it, by which model, and when it paid back what it cost to win.

with

values_of_clients as (
    select * from {{ ref('active_clients', 'fct_client_lifetime_value') }}
),

clients as (
    select * from {{ ref('active_clients', 'dim_clients') }}
),

final as (
    select
        -- keys
        values_of_clients.client_id,

        -- strings
        clients.client_name,
        clients.owner_id,
        clients.segment,
        {{ plain_words('values_of_clients.clv_tier') }} as clv_tier,
        {{ plain_words('values_of_clients.clv_model') }} as clv_model,
        {{ plain_words('values_of_clients.clv_basis') }} as clv_basis,

        -- numerics
        values_of_clients.revenue_amount,
        values_of_clients.historical_clv_amount,
        values_of_clients.residual_clv_amount,
        values_of_clients.residual_clv_lower_amount,
        values_of_clients.residual_clv_upper_amount,
        values_of_clients.total_clv_amount,
        values_of_clients.acquisition_cost_amount,
        values_of_clients.payback_months,

        -- dates
        values_of_clients.first_revenue_date,
        values_of_clients.as_of_date

    from values_of_clients
    inner join clients
        on values_of_clients.client_id = clients.client_id

    where values_of_clients.revenue_amount <> 0
)

select * from final
