-- Grain: one row per locked month and currency with an exchange rate before the lock: the rate
-- of the month's last day as it was known then.

with

locks as (
    select * from {{ ref('int_month_locks') }}
),

deliveries as (
    select * from {{ ref('int_exchange_rates_classified') }}
    where disposition in ('accepted', 'duplicate')
        and currency_code <> {{ reporting_currency() }}
),

ranked as (
    select
        locks.period_month,
        deliveries.currency_code,
        deliveries.rate,
        row_number() over (
            partition by locks.period_month, deliveries.currency_code
            order by
                deliveries.rate_date desc, deliveries.loaded_at desc, deliveries.raw_row desc
        ) as place

    from deliveries
    inner join locks
        on deliveries.loaded_at < locks.locked_at
            and deliveries.rate_date <= locks.period_end_date
),

final as (
    select
        period_month,
        currency_code,
        cast(rate as decimal(18, 8)) as rate

    from ranked

    where place = 1

    union all

    select
        period_month,
        {{ reporting_currency() }} as currency_code,
        cast(1 as decimal(18, 8)) as rate

    from locks
)

select * from final
