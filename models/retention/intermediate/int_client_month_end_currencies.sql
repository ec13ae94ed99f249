-- Grain: one row per client, currency and complete month at whose end it has MRR in it.

with

levels as (
    select * from {{ ref('int_client_mrr_levels') }}
    where mrr_amount > 0
),

months as (
    select distinct
        dates.month_start_date,
        dates.month_end_date

    from {{ ref('dim_dates') }} as dates
    cross join {{ ref('as_of') }} as as_of

    where dates.month_end_date <= as_of.as_of_date
),

final as (
    select
        levels.client_id,
        levels.currency_code,
        months.month_start_date as period_month,
        levels.mrr_amount as original_mrr_amount

    from levels
    inner join months
        on levels.valid_from <= months.month_end_date
            and months.month_end_date < {{ or_never('levels.valid_to') }}
)

select * from final
