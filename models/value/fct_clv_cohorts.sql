-- Grain: one row per month in which counted clients were created and age in months, up to the
-- month of as_of_date. A month that has not fully elapsed is immature: its amounts are null.
-- Ratios to the cost of acquisition are over clients whose cost is known.

with

clients as (
    select
        client_id,
        {{ month_start('created_date') }} as cohort_month,
        acquisition_cost_amount

    from {{ ref('active_clients', 'int_clients') }}

    where not is_internal
),

margin_months as (
    select * from {{ ref('active_clients', 'int_client_margin_months') }}
),

months as (
    select * from {{ ref('active_clients', 'int_months') }}
    where has_begun
),

cohorts as (
    select
        cohort_month,
        count(*) as cohort_size,
        count(acquisition_cost_amount) as costed_client_count,
        sum(acquisition_cost_amount) as acquisition_cost_amount

    from clients

    group by cohort_month
),

margins as (
    select
        clients.cohort_month,
        margin_months.age_months,
        sum(margin_months.margin_amount) as margin_amount,
        sum(case when clients.acquisition_cost_amount is not null
                then margin_months.margin_amount
            else 0
        end) as costed_margin_amount

    from clients
    inner join margin_months
        on clients.client_id = margin_months.client_id

    group by clients.cohort_month, margin_months.age_months
),

cells as (
    select
        cohorts.*,
        {{ months_between('cohorts.cohort_month', 'months.period_month') }} as age_months,
        months.is_complete as is_mature

    from cohorts
    inner join months
        on cohorts.cohort_month <= months.period_month
),

summed as (
    select
        cells.*,
        coalesce(margins.margin_amount, 0) as margin_amount,
        {{ running_sum('coalesce(margins.margin_amount, 0)', ['cells.cohort_month'],
            'cells.age_months', digits=24) }} as cumulative_margin_amount,
        {{ running_sum('coalesce(margins.costed_margin_amount, 0)', ['cells.cohort_month'],
            'cells.age_months', digits=24) }} as costed_margin_amount

    from cells
    left join margins
        on cells.cohort_month = margins.cohort_month
            and cells.age_months = margins.age_months
),

final as (
    select
        -- keys
        cohort_month,
        cast(age_months as integer) as age_months,

        -- numerics
        cast(cohort_size as bigint) as cohort_size,
        cast(case when is_mature then cohort_size end as bigint) as eligible_count,
        cast(case when is_mature then margin_amount end as decimal(24, 4)) as margin_amount,
        case when is_mature then cumulative_margin_amount end as cumulative_margin_amount,
        {{ amount_per('case when is_mature then cumulative_margin_amount end', 'cohort_size') }}
            as clv_per_client_amount,
        cast(costed_client_count as bigint) as costed_client_count,
        cast(acquisition_cost_amount as decimal(24, 4)) as acquisition_cost_amount,
        {{ rate(
            'case when is_mature then costed_margin_amount end', 'acquisition_cost_amount'
        ) }} as clv_to_acquisition_cost_ratio,

        -- booleans
        coalesce(is_mature and costed_margin_amount >= acquisition_cost_amount, false)
            as is_paid_back,
        is_mature

    from summed
)

select * from final
