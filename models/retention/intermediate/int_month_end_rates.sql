-- Grain: one row per currency and complete month at whose end it has an exchange rate.

with

rates as (
    select * from {{ ref('int_exchange_rate_spans') }}
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
        rates.currency_code,
        months.month_start_date as period_month,
        rates.rate

    from rates
    inner join months
        on rates.valid_from <= months.month_end_date
            and months.month_end_date < {{ or_never('rates.valid_to') }}
)

select * from final
