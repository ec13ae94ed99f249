-- Grain: one row per client, currency, movement date and movement type.
-- `mrr_change_amount` is signed, so that MRR is the sum of all movements up to a date:
-- m1 = m0 + new + reactivation + expansion + contraction + churn + fx.

with

currency_mrr as (
    select * from {{ ref('int_client_currency_mrr') }}
),

compared as (
    select
        client_id,
        currency_code,
        valid_from as movement_date,
        exchange_rate,
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
        end as mrr_change

    from compared
),

movements as (
    select
        client_id,
        currency_code,
        movement_type,
        m1 - m0 as original_mrr_change,
        mrr_change,
        movement_date

    from classified

    where movement_type is not null

    union all

    select
        client_id,
        currency_code,
        'fx' as movement_type,
        0 as original_mrr_change,
        reported_m1 - reported_m0 - mrr_change as mrr_change,
        movement_date

    from classified

    where reported_m1 - reported_m0 - mrr_change <> 0
),

final as (
    select
        client_id,
        currency_code,
        movement_type,
        cast(original_mrr_change as decimal(18, 4)) as original_mrr_change_amount,
        cast(mrr_change as decimal(18, 4)) as mrr_change_amount,
        movement_date

    from movements
)

select * from final
