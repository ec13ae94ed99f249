-- Grain: one row per month in which clients were first active and number of months since: how
-- many of them were active in that month. Months that have not fully elapsed have no row.

with

cells as (
    select * from {{ ref('active_clients', 'fct_usage_retention') }}
    where retention_id = 'client_month'
        and retention_method = 'on'
        and attribute = 'all'
        and is_mature
),

final as (
    select
        -- keys
        cohort_start_date as cohort_month,
        period_number,

        -- numerics
        cohort_size as cohort_client_count,
        retained_count as retained_client_count,
        retention_rate,
        retention_rate_lower,
        retention_rate_upper,

        -- dates
        period_start_date as period_month

    from cells
)

select * from final
