-- Grain: one row per client, month at whose end it paid (the base) and later month: what it
-- pays at the end of that one, at the exchange rates of the base. Every month is a base, of
-- itself and of 1, 3 and 12 months on; the first paid month is one of every later month. The
-- month that still runs is compared, by as_of_date, with the same day twelve months before.

with

client_mrr as (
    select
        *,
        sum(case when mrr_amount = 0 then 1 else 0 end) over (
            partition by client_id
            order by valid_from
            rows between unbounded preceding and current row
        ) as lapse_count

    from {{ ref('active_clients', 'fct_client_mrr') }}
),

levels as (
    select * from {{ ref('active_clients', 'int_client_mrr_levels') }}
    where mrr_amount > 0
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

-- Days at whose end is asked what clients pay.
ends as (
    select
        dates.date_day,
        dates.month_start_date,
        dates.date_day = dates.month_end_date as is_month_end,
        dates.date_day = as_of.as_of_date
        and dates.date_day < dates.month_end_date as is_running

    from {{ ref('active_clients', 'dim_dates') }} as dates
    inner join as_of
        on dates.date_day <= as_of.as_of_date

    where dates.date_day = dates.month_end_date
        or dates.date_day = as_of.as_of_date
        or dates.date_day = {{ add_months('as_of.as_of_date', -12) }}
),

compared as (
    select
        bases.date_day as base_date,
        bases.month_start_date as base_month,
        ends.date_day as period_end_date,
        ends.month_start_date as period_month,
        {{ months_between('bases.date_day', 'ends.date_day') }} as period_number,
        {{ months_between('bases.date_day', 'ends.date_day') }} not in (0, 1, 3, 12)
            as has_first_base,
        ends.is_month_end as is_complete

    from ends as bases
    inner join ends
        on bases.date_day <= ends.date_day

    where (bases.is_month_end and ends.is_month_end)
        or (ends.is_running and bases.date_day = {{ add_months('ends.date_day', -12) }})
),

client_ends as (
    select
        client_mrr.client_id,
        client_mrr.mrr_amount,
        client_mrr.lapse_count,
        ends.date_day,
        min(case when client_mrr.mrr_amount > 0 and ends.is_month_end then ends.date_day end)
            over (partition by client_mrr.client_id) as first_paid_date

    from client_mrr
    inner join ends
        on {{ is_within('ends.date_day', 'client_mrr') }}
),

currency_ends as (
    select
        levels.client_id,
        levels.currency_code,
        levels.mrr_amount,
        ends.date_day

    from levels
    inner join ends
        on {{ is_within('ends.date_day', 'levels') }}
),

rate_ends as (
    select
        rates.currency_code,
        rates.rate,
        ends.date_day

    from rates
    inner join ends
        on {{ is_within('ends.date_day', 'rates') }}
),

bases as (
    select
        *,
        false as is_first_base

    from client_ends

    where mrr_amount > 0

    union all

    select
        *,
        true as is_first_base

    from client_ends

    where date_day = first_paid_date
),

pairs as (
    select
        compared.*,
        bases.client_id,
        bases.mrr_amount as base_mrr_amount,
        coalesce(bases.date_day = bases.first_paid_date, false) as is_first_paid_month,
        later.lapse_count = bases.lapse_count as is_uninterrupted

    from bases
    inner join compared
        on bases.date_day = compared.base_date
            and bases.is_first_base = compared.has_first_base
    inner join client_ends as later
        on bases.client_id = later.client_id
            and compared.period_end_date = later.date_day
),

constant_amounts as (
    select
        pairs.client_id,
        pairs.base_date,
        pairs.period_end_date,
        sum(cast(currency_ends.mrr_amount * rate_ends.rate as decimal(18, 4)))
            as net_retained_mrr_amount,
        max(case when rate_ends.rate is null then 1 else 0 end) = 1 as lacks_base_rate

    from pairs
    inner join currency_ends
        on pairs.client_id = currency_ends.client_id
            and pairs.period_end_date = currency_ends.date_day
    left join rate_ends
        on currency_ends.currency_code = rate_ends.currency_code
            and pairs.base_date = rate_ends.date_day

    group by pairs.client_id, pairs.base_date, pairs.period_end_date
),

final as (
    select
        pairs.client_id,
        pairs.base_month,
        pairs.period_month,
        pairs.period_number,
        pairs.base_mrr_amount,
        cast(coalesce(constant_amounts.net_retained_mrr_amount, 0) as decimal(18, 4))
            as net_retained_mrr_amount,
        pairs.is_first_paid_month,
        constant_amounts.client_id is not null as is_retained,
        pairs.is_uninterrupted,
        not coalesce(constant_amounts.lacks_base_rate, false) as is_comparable,
        pairs.is_complete,
        pairs.base_date,
        pairs.period_end_date

    from pairs
    left join constant_amounts
        on pairs.client_id = constant_amounts.client_id
            and pairs.base_date = constant_amounts.base_date
            and pairs.period_end_date = constant_amounts.period_end_date
)

select * from final
