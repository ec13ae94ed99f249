-- Grain: one row per origin and non-contractual client that has bought by then: recency,
-- frequency and value. Purchases are days, not invoices; the first day is not a repeat.
-- Times are in weeks, as fractions of their days.

with

purchase_days as (
    select * from {{ ref('active_clients', 'int_purchase_days') }}
),

first_dates as (
    select
        *,
        min(purchase_date) over (partition by origin_date, client_id) as first_date

    from purchase_days
),

summed as (
    select
        origin_date,
        client_id,
        first_date,
        max(purchase_date) as last_date,
        count(*) - 1 as repeat_count,
        sum(revenue_amount) as revenue_amount,
        sum(case when purchase_date > first_date then revenue_amount else 0 end)
            as repeat_revenue_amount

    from first_dates

    group by origin_date, client_id, first_date
),

final as (
    select
        origin_date,
        client_id,
        cast(repeat_count as integer) as repeat_count,
        {{ dbt.datediff(
            'first_date', 'last_date', 'day'
        ) }} as recency_days,
        {{ dbt.datediff(
            'first_date', 'origin_date', 'day'
        ) }} as age_days,
        cast(revenue_amount as decimal(24, 4)) as revenue_amount,
        {{ amount_per('repeat_revenue_amount', 'repeat_count') }} as repeat_value_amount,
        first_date,
        last_date

    from summed
)

select * from final
