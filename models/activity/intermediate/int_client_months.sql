-- Grain: one row per counted client and month, from the month of its first day to that of
-- as_of_date. `period_end_date` is the last day of the month that has elapsed.

with

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
    where not is_internal
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

client_activity as (
    select * from {{ ref('active_clients', 'fct_client_activity_daily') }}
),

months as (
    select * from {{ ref('active_clients', 'int_months') }}
    where has_begun
),

first_days as (
    select
        client_id,
        created_date as first_date

    from clients

    union all

    select
        client_id,
        min(valid_from) as first_date

    from client_mrr

    group by client_id

    union all

    select
        client_id,
        min(activity_date) as first_date

    from client_activity

    group by client_id
),

first_months as (
    select
        client_id,
        {{ month_start('min(first_date)') }} as first_month

    from first_days

    group by client_id
),

final as (
    select
        first_months.client_id,
        first_months.first_month,
        months.period_month,
        months.period_end_date,
        months.is_complete

    from first_months
    inner join months
        on first_months.first_month <= months.period_month
)

select * from final
