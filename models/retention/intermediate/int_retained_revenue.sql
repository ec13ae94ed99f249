-- Grain: one row per retention type, client, base month and later month, both complete.
-- `cohort`: the base is the first month at whose end the client paid, every later month
-- follows. `all_clients`: every month is a base, and itself and 1, 3 and 12 months on follow.

with

month_ends as (
    select * from {{ ref('int_client_month_ends') }}
),

paid_months as (
    select
        *,
        min(period_month) over (partition by client_id) as first_paid_month

    from month_ends

    where mrr_amount > 0
),

due_months as (
    {%- for month_count in [0, 1, 3, 12] %}
    select
        *,
        {{ add_months('period_month', month_count) }} as due_month

    from paid_months
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

pairs as (
    select
        'cohort' as retention_type,
        bases.client_id,
        bases.period_month as base_month,
        targets.period_month,
        bases.mrr_amount as base_mrr_amount,
        targets.lapse_count = bases.lapse_count as is_uninterrupted

    from paid_months as bases
    inner join month_ends as targets
        on bases.client_id = targets.client_id
            and bases.period_month <= targets.period_month

    where bases.period_month = bases.first_paid_month

    union all

    select
        'all_clients' as retention_type,
        due_months.client_id,
        due_months.period_month as base_month,
        targets.period_month,
        due_months.mrr_amount as base_mrr_amount,
        targets.lapse_count = due_months.lapse_count as is_uninterrupted

    from due_months
    inner join month_ends as targets
        on due_months.client_id = targets.client_id
            and due_months.due_month = targets.period_month
),

-- What the client pays in the later month, at the exchange rates of the base month.
constant_amounts as (
    select
        pairs.retention_type,
        pairs.client_id,
        pairs.base_month,
        pairs.period_month,
        sum(cast(currencies.original_mrr_amount * rates.rate as decimal(18, 4)))
            as net_retained_mrr_amount,
        max(case when rates.rate is null then 1 else 0 end) = 1 as lacks_base_rate

    from pairs
    inner join {{ ref('int_client_month_end_currencies') }} as currencies
        on pairs.client_id = currencies.client_id
            and pairs.period_month = currencies.period_month
    left join {{ ref('int_month_end_rates') }} as rates
        on currencies.currency_code = rates.currency_code
            and pairs.base_month = rates.period_month

    group by pairs.retention_type, pairs.client_id, pairs.base_month, pairs.period_month
),

final as (
    select
        pairs.retention_type,
        pairs.client_id,
        pairs.base_month,
        {{ months_between('pairs.base_month', 'pairs.period_month') }} as period_number,
        pairs.base_mrr_amount,
        cast(coalesce(constant_amounts.net_retained_mrr_amount, 0) as decimal(18, 4))
            as net_retained_mrr_amount,
        constant_amounts.client_id is not null as is_retained,
        pairs.is_uninterrupted,
        not coalesce(constant_amounts.lacks_base_rate, false) as is_comparable,
        pairs.period_month

    from pairs
    left join constant_amounts
        on pairs.retention_type = constant_amounts.retention_type
            and pairs.client_id = constant_amounts.client_id
            and pairs.base_month = constant_amounts.base_month
            and pairs.period_month = constant_amounts.period_month
)

select * from final
