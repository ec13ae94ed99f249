-- Grain: one row per counted client and month at whose end it paid or was active.

with

client_months as (
    select * from {{ ref('active_clients', 'int_client_months') }}
),

revenue as (
    select * from {{ ref('active_clients', 'int_client_month_mrr') }}
),

stages as (
    select * from {{ ref('active_clients', 'int_client_month_stages') }}
),

final as (
    select
        client_months.client_id,
        client_months.period_month,
        client_months.period_end_date,
        revenue.mrr_amount,
        client_months.is_complete

    from client_months
    inner join revenue
        on client_months.client_id = revenue.client_id
            and client_months.period_month = revenue.period_month
    inner join stages
        on client_months.client_id = stages.client_id
            and client_months.period_month = stages.period_month

    where revenue.mrr_amount > 0 or stages.is_active
)

select * from final
