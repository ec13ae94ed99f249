-- Grain: one row per client, period grain (month, quarter, year) and period at whose opening it
-- paid: what became of it by the period's end, under what it was at the opening, the end of the
-- day before.

with

client_months as (
    select * from {{ ref('active_clients', 'fct_client_months') }}
),

months as (
    select
        *,
        cast({{ dbt.date_trunc('quarter', 'period_month') }} as date) as quarter_start_date,
        cast({{ dbt.date_trunc('year', 'period_month') }} as date) as year_start_date

    from {{ ref('active_clients', 'int_months') }}
),

versions as (
    select * from {{ ref('active_clients', 'dim_client_versions') }}
),

periods as (
    select
        'month' as period_grain,
        period_month as period_start_date,
        period_month,
        is_complete

    from months

    where has_begun

    union all

    select
        'quarter' as period_grain,
        quarter_start_date as period_start_date,
        max(case when has_begun then period_month end) as period_month,
        min(case when is_complete then 1 else 0 end) = 1 as is_complete

    from months

    group by quarter_start_date

    union all

    select
        'year' as period_grain,
        year_start_date as period_start_date,
        max(case when has_begun then period_month end) as period_month,
        min(case when is_complete then 1 else 0 end) = 1 as is_complete

    from months

    group by year_start_date
),

openings as (
    select
        client_months.client_id,
        client_months.mrr_amount as opening_mrr_amount,
        client_months.health_band as opening_health_band,
        client_months.lifecycle_status as opening_lifecycle_status,
        client_months.period_end_date as opening_date,
        periods.period_grain,
        periods.period_start_date,
        periods.period_month,
        periods.is_complete

    from periods
    inner join client_months
        on {{ add_months('periods.period_start_date', -1) }} = client_months.period_month

    where client_months.is_paying
        and periods.period_month is not null
),

movements as (
    select
        client_id,
        {{ month_start('movement_date') }} as period_month,
        sum(case when movement_type = 'churn' then -mrr_change_amount else 0 end)
            as churned_mrr_amount,
        sum(case when movement_type = 'contraction' then -mrr_change_amount else 0 end)
            as contraction_mrr_amount,
        sum(case when movement_type = 'expansion' then mrr_change_amount else 0 end)
            as expansion_mrr_amount

    from {{ ref('active_clients', 'fct_mrr_movements') }}

    group by client_id, {{ month_start('movement_date') }}
),

moved as (
    select
        openings.client_id,
        openings.period_grain,
        openings.period_start_date,
        sum(movements.churned_mrr_amount) as churned_mrr_amount,
        sum(movements.contraction_mrr_amount) as contraction_mrr_amount,
        sum(movements.expansion_mrr_amount) as expansion_mrr_amount

    from openings
    inner join movements
        on openings.client_id = movements.client_id
            and movements.period_month between openings.period_start_date
            and openings.period_month

    group by openings.client_id, openings.period_grain, openings.period_start_date
),

final as (
    select
        -- keys
        openings.client_id,
        openings.period_grain,
        openings.period_start_date,

        -- strings
        versions.segment as opening_segment,
        versions.industry as opening_industry,
        versions.country as opening_country,
        versions.acquisition_channel as opening_acquisition_channel,
        versions.owner_id as opening_owner,
        versions.entitled_plan as opening_entitled_plan,
        versions.paid_plan as opening_paid_plan,
        versions.mrr_band as opening_mrr_band,
        openings.opening_health_band,
        openings.opening_lifecycle_status,

        -- numerics
        openings.opening_mrr_amount,
        closings.mrr_amount as closing_mrr_amount,
        cast(coalesce(moved.churned_mrr_amount, 0) as decimal(18, 4)) as churned_mrr_amount,
        cast(coalesce(moved.contraction_mrr_amount, 0) as decimal(18, 4))
            as contraction_mrr_amount,
        cast(coalesce(moved.expansion_mrr_amount, 0) as decimal(18, 4))
            as expansion_mrr_amount,

        -- booleans
        not closings.is_paying as is_churned,
        openings.is_complete,

        -- dates
        openings.opening_date,
        closings.period_end_date

    from openings
    inner join client_months as closings
        on openings.client_id = closings.client_id
            and openings.period_month = closings.period_month
    inner join versions
        on openings.client_id = versions.client_id
            and {{ is_within('openings.opening_date', 'versions') }}
    left join moved
        on openings.client_id = moved.client_id
            and openings.period_grain = moved.period_grain
            and openings.period_start_date = moved.period_start_date
)

select * from final
