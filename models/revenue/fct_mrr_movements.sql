-- Grain: one row per client, currency, movement date and movement type.
-- `mrr_change_amount` is signed, so that MRR is the sum of all movements up to a date:
-- m1 = m0 + new + reactivation + expansion + contraction + churn + fx.

with

changes as (
    select * from {{ ref('active_clients', 'int_mrr_changes') }}
),

current_rates as (
    select rates.*
    from {{ ref('active_clients', 'int_exchange_rate_spans') }} as rates
    cross join {{ ref('active_clients', 'as_of') }} as as_of
    where {{ is_within('as_of.as_of_date', 'rates') }}
),

versions as (
    select * from {{ ref('active_clients', 'dim_client_versions') }}
),

movements as (
    select
        client_id,
        currency_code,
        movement_type,
        plan_change_type,
        original_mrr_change_amount,
        mrr_change_amount,
        seat_change_amount,
        case
            when movement_type not in ('expansion', 'contraction') then 0
            else mrr_change_amount - seat_change_amount - discount_change_amount
        end as price_change_amount,
        discount_change_amount,
        0 as fx_change_amount,
        is_plan_change,
        movement_date

    from changes

    where movement_type is not null

    union all

    select
        client_id,
        currency_code,
        'fx' as movement_type,
        cast(null as {{ dbt.type_string() }}) as plan_change_type,
        0 as original_mrr_change_amount,
        fx_change_amount as mrr_change_amount,
        0 as seat_change_amount,
        0 as price_change_amount,
        0 as discount_change_amount,
        fx_change_amount,
        false as is_plan_change,
        movement_date

    from changes

    where fx_change_amount <> 0
),

final as (
    select
        -- keys
        movements.client_id,
        movements.currency_code,

        -- strings
        movements.movement_type,
        movements.plan_change_type,
        versions.segment,
        versions.industry,
        versions.country,
        versions.acquisition_channel,
        versions.owner_id,
        versions.entitled_plan,
        versions.paid_plan,
        versions.mrr_band,

        -- numerics
        cast(movements.original_mrr_change_amount as decimal(18, 4))
            as original_mrr_change_amount,
        cast(movements.mrr_change_amount as decimal(18, 4)) as mrr_change_amount,
        cast(movements.original_mrr_change_amount * current_rates.rate as decimal(18, 4))
            as constant_mrr_change_amount,
        cast(movements.seat_change_amount as decimal(18, 4)) as seat_change_amount,
        cast(case
            when movements.is_plan_change then 0
            else movements.price_change_amount
        end as decimal(18, 4)) as price_change_amount,
        cast(case
            when movements.is_plan_change then movements.price_change_amount
            else 0
        end as decimal(18, 4)) as plan_change_amount,
        cast(movements.discount_change_amount as decimal(18, 4)) as discount_change_amount,
        cast(movements.fx_change_amount as decimal(18, 4)) as fx_change_amount,

        -- dates
        movements.movement_date

    from movements
    inner join current_rates
        on movements.currency_code = current_rates.currency_code
    -- Who leaves, shrinks or grows is under what it was before, who comes under what it is.
    left join versions
        on movements.client_id = versions.client_id
            and {{ is_within(
                "case when movements.movement_type in ('new', 'reactivation')"
                ~ ' then movements.movement_date else '
                ~ add_days('movements.movement_date', -1) ~ ' end',
                'versions'
            ) }}
)

select * from final
