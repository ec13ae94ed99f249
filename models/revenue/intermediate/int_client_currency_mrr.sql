-- Grain: one row per client, currency and step [valid_from, valid_to) during which neither
-- the client's recurring items nor the exchange rate changes, up to as_of_date.

with

levels as (
    select * from {{ ref('active_clients', 'int_client_mrr_levels') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

rates as (
    select
        rates.currency_code,
        rates.rate,
        rates.valid_from,
        case
            when rates.valid_to <= as_of.as_of_date then rates.valid_to
            else {{ never() }}
        end as valid_to

    from {{ ref('active_clients', 'int_exchange_rate_spans') }} as rates
    cross join as_of

    where rates.valid_from <= as_of.as_of_date
),

final as (
    select
        levels.client_id,
        levels.currency_code,
        levels.seat_count,
        levels.contract_mrr_amount as original_contract_mrr_amount,
        levels.mrr_amount as original_mrr_amount,
        rates.rate as exchange_rate,
        cast(levels.contract_mrr_amount * rates.rate as decimal(18, 4))
            as contract_mrr_amount,
        cast(levels.billed_mrr_amount * rates.rate as decimal(18, 4)) as billed_mrr_amount,
        cast(levels.mrr_amount * rates.rate as decimal(18, 4)) as mrr_amount,
        {{ later('levels.valid_from', 'rates.valid_from') }} as valid_from,
        {{ earlier('levels.valid_to', 'rates.valid_to') }} as valid_to

    from levels
    inner join rates
        on levels.currency_code = rates.currency_code
            and levels.valid_to > rates.valid_from
            and levels.valid_from < rates.valid_to
)

select * from final
