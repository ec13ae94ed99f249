-- Grain: one row per client, currency and day at whose end MRR is different.
-- Amounts are signed and in the reporting currency, at the rate of the day, unless they are
-- called original; a change of a paying client has its seats, discount and other part.

with

currency_mrr as (
    select * from {{ ref('active_clients', 'int_client_currency_mrr') }}
),

plan_levels as (
    select * from {{ ref('active_clients', 'int_client_plan_levels') }}
),

compared as (
    select
        client_id,
        currency_code,
        valid_from,
        exchange_rate,
        seat_count as q1,
        {{ previous('seat_count') }} as q0,
        original_contract_mrr_amount as c1,
        {{ previous('original_contract_mrr_amount') }} as c0,
        original_mrr_amount as m1,
        {{ previous('original_mrr_amount') }} as m0,
        mrr_amount as reported_m1,
        {{ previous('mrr_amount') }} as reported_m0,
        coalesce(max(original_mrr_amount) over (
            partition by client_id, currency_code
            order by valid_from
            rows between unbounded preceding and 1 preceding
        ), 0) > 0 as had_mrr

    from currency_mrr
),

classified as (
    select
        *,
        case
            when m0 = 0 and m1 > 0 and not had_mrr then 'new'
            when m0 = 0 and m1 > 0 then 'reactivation'
            when m0 > 0 and m1 = 0 then 'churn'
            when m1 > m0 then 'expansion'
            when m1 < m0 then 'contraction'
        end as movement_type,
        -- A movement is valued at its day's rate; a churned client loses what was reported.
        case
            when m1 = 0 then -reported_m0
            when m0 = 0 then reported_m1
            else cast((m1 - m0) * exchange_rate as decimal(18, 4))
        end as mrr_change_amount,
        -- Seats at the price of before; the discount's change on the items of now.
        case
            when m0 > 0 and m1 > 0
                then cast(m0 as {{ type_double() }}) / q0 * (q1 - q0) * exchange_rate
            else 0
        end as seat_change,
        case
            when m0 > 0 and m1 > 0
                then (m1 - cast(c1 as {{ type_double() }}) * m0 / c0) * exchange_rate
            else 0
        end as discount_change

    from compared

    where m1 <> m0
        or reported_m1 <> reported_m0
),

-- What is left of a change without a change of price is rounding, and no price.
rounded as (
    select
        *,
        cast(seat_change as decimal(18, 4)) as seat_change_amount,
        cast(discount_change as decimal(18, 4)) as discount_change_amount,
        q1 <> q0 as has_seat_change,
        m0 > 0 and m1 > 0 and abs(
            cast(mrr_change_amount as {{ type_double() }}) - seat_change - discount_change
        ) < 0.001 as is_rounding

    from classified
),

final as (
    select
        rounded.client_id,
        rounded.currency_code,
        rounded.movement_type,
        case
            when rounded.movement_type not in ('expansion', 'contraction') then null
            when plan_levels.plan_rank > plan_levels.previous_plan_rank then 'upgrade'
            when plan_levels.plan_rank < plan_levels.previous_plan_rank then 'downgrade'
        end as plan_change_type,
        rounded.m1 - rounded.m0 as original_mrr_change_amount,
        rounded.mrr_change_amount,
        rounded.reported_m1 - rounded.reported_m0 - rounded.mrr_change_amount
            as fx_change_amount,
        case
            when rounded.is_rounding and rounded.has_seat_change
                then rounded.mrr_change_amount - rounded.discount_change_amount
            else rounded.seat_change_amount
        end as seat_change_amount,
        case
            when rounded.is_rounding and not rounded.has_seat_change
                then rounded.mrr_change_amount - rounded.seat_change_amount
            else rounded.discount_change_amount
        end as discount_change_amount,
        coalesce(plan_levels.is_plan_change, false) as is_plan_change,
        rounded.valid_from as movement_date

    from rounded
    left join plan_levels
        on rounded.client_id = plan_levels.client_id
            and rounded.currency_code = plan_levels.currency_code
            and rounded.valid_from = plan_levels.valid_from
)

select * from final
