-- Grain: one row per month in which clients first paid and number of months since: how many of
-- them paid, and how much, at that month's end. Months that have not fully elapsed have no row;
-- a client that came back counts.

with

cells as (
    select * from {{ ref('active_clients', 'fct_revenue_retention') }}
    where retention_type = 'cohort'
        and reactivation_policy = 'counted'
        and is_mature
),

final as (
    select
        -- keys
        base_month,
        period_number,

        -- numerics
        base_client_count,
        retained_client_count,
        base_mrr_amount,
        gross_retained_mrr_amount,
        net_retained_mrr_amount,
        logo_retention_rate,
        logo_retention_rate_lower,
        logo_retention_rate_upper,
        gross_retention_rate,
        gross_retention_rate_lower,
        gross_retention_rate_upper,
        net_retention_rate,
        net_retention_rate_lower,
        net_retention_rate_upper,

        -- dates
        period_month

    from cells
)

select * from final
