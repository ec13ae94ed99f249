-- Grain: one row per retention type, reactivation policy, base month and period in months
-- since then, over the clients that paid at the end of the base month.
-- A period that has not fully elapsed is immature: its counts and rates are null, never 0.
-- A client that left counts 0. Amounts are at the exchange rates of the base month.

with

counted_cells as (
    select * from {{ ref('active_clients', 'int_revenue_retention_cells') }}
),

months as (
    select * from {{ ref('active_clients', 'int_months') }}
),

bases as (
    select
        retention_type,
        reactivation_policy,
        base_month

    from counted_cells

    where period_number = 0
),

-- A triangle ends with the month of as_of_date; 1, 3 and 12 months on are always listed.
cells as (
    select
        bases.retention_type,
        bases.reactivation_policy,
        bases.base_month,
        months.period_month,
        {{ months_between('bases.base_month', 'months.period_month') }} as period_number,
        months.is_complete as is_mature

    from bases
    inner join months
        on bases.base_month <= months.period_month

    where (bases.retention_type = 'cohort' and months.has_begun)
        or (
            bases.retention_type = 'all_clients'
            and {{ months_between('bases.base_month', 'months.period_month') }} in (1, 3, 12)
        )
),

final as (
    select
        -- keys
        cells.retention_type,
        cells.reactivation_policy,
        cells.base_month,
        cells.period_number,

        -- numerics
        cast(counted.base_client_count as bigint) as base_client_count,
        cast(counted.retained_client_count as bigint) as retained_client_count,
        cast(counted.base_client_count - counted.comparable_client_count as bigint)
            as incomparable_client_count,
        cast(counted.base_mrr_amount as decimal(18, 4)) as base_mrr_amount,
        cast(counted.gross_retained_mrr_amount as decimal(18, 4))
            as gross_retained_mrr_amount,
        cast(counted.net_retained_mrr_amount as decimal(18, 4)) as net_retained_mrr_amount,
        {{ rate('counted.retained_client_count', 'counted.base_client_count') }}
            as logo_retention_rate,
        {{ wilson('counted.retained_client_count', 'counted.base_client_count', 'lower') }}
            as logo_retention_rate_lower,
        {{ wilson('counted.retained_client_count', 'counted.base_client_count', 'upper') }}
            as logo_retention_rate_upper,
        {{ rate('counted.gross_retained_mrr_amount', 'counted.base_mrr_amount') }}
            as gross_retention_rate,
        {{ retention_bound('gross', 'lower') }} as gross_retention_rate_lower,
        {{ retention_bound('gross', 'upper') }} as gross_retention_rate_upper,
        {{ rate('counted.net_retained_mrr_amount', 'counted.base_mrr_amount') }}
            as net_retention_rate,
        {{ retention_bound('net', 'lower') }} as net_retention_rate_lower,
        {{ retention_bound('net', 'upper') }} as net_retention_rate_upper,

        -- booleans
        cells.is_mature,

        -- dates
        cells.period_month

    from cells
    left join counted_cells as counted
        on cells.retention_type = counted.retention_type
            and cells.reactivation_policy = counted.reactivation_policy
            and cells.base_month = counted.base_month
            and cells.period_number = counted.period_number
)

select * from final
