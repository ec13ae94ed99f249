-- Grain: one row per currency and span of days [valid_from, valid_to) with one rate to the
-- reporting currency; the reporting currency itself has rate 1 throughout.
-- Rates have 19 digits: DuckDB multiplies decimals of 18 in 64 bits, which amounts of ten
-- million overflow.

with

exchange_rates as (
    select * from {{ ref('active_clients', 'int_exchange_rates_classified') }}
    where disposition = 'accepted'
        and currency_code <> {{ reporting_currency() }}
),

final as (
    select
        currency_code,
        cast(rate as decimal(19, 8)) as rate,
        rate_date as valid_from,
        coalesce(lead(rate_date) over (
            partition by currency_code
            order by rate_date
        ), {{ never() }}) as valid_to

    from exchange_rates

    union all

    select
        {{ reporting_currency() }} as currency_code,
        cast(1 as decimal(19, 8)) as rate,
        {{ unknown_date() }} as valid_from,
        {{ never() }} as valid_to
)

select * from final
