-- Grain: one row per outcome and client of which it is known: whether it paid 3, 6 and 12
-- months after its first paid day, and its lifetime value; with whether it was referred.

{%- set horizons = [3, 6, 12] %}

with

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

lifetime_values as (
    select * from {{ ref('active_clients', 'fct_client_lifetime_value') }}
    where total_clv_amount is not null
),

referrals as (
    select * from {{ ref('active_clients', 'int_referrals') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

first_payments as (
    select
        client_id,
        min(valid_from) as first_paid_date

    from client_mrr

    where mrr_amount > 0

    group by client_id
),

judgements as (
    {%- for months in horizons %}
    select
        'paying_after_{{ months }}_months' as outcome,
        client_id,
        {{ add_months('first_paid_date', months) }} as outcome_date

    from first_payments
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

outcomes as (
    select
        judgements.outcome,
        judgements.client_id,
        cast(case when client_mrr.mrr_amount > 0 then 1 else 0 end as decimal(18, 4))
            as outcome_value

    from judgements
    inner join as_of
        on judgements.outcome_date <= as_of.as_of_date
    left join client_mrr
        on judgements.client_id = client_mrr.client_id
            and {{ is_within('judgements.outcome_date', 'client_mrr') }}

    union all

    select
        'lifetime_value' as outcome,
        client_id,
        total_clv_amount as outcome_value

    from lifetime_values
),

referred_clients as (
    select distinct referred_client_id as client_id
    from referrals
    where converted_date is not null
),

final as (
    select
        outcomes.outcome,
        outcomes.client_id,
        outcomes.outcome_value,
        referred_clients.client_id is not null as is_referred

    from outcomes
    left join referred_clients
        on outcomes.client_id = referred_clients.client_id
)

select * from final
