-- Grain: one row per origin and client with a prediction: contractual clients that pay on the
-- origin, non-contractual ones that have bought by then. Margins are in the reporting currency.

with

contractual as (
    select * from {{ ref('active_clients', 'int_contractual_predictions') }}
),

purchases as (
    select * from {{ ref('active_clients', 'int_purchase_predictions') }}
),

intervals as (
    select * from {{ ref('active_clients', 'int_purchase_intervals') }}
),

life_tables as (
    select * from {{ ref('active_clients', 'int_life_tables') }}
),

purchase_models as (
    select * from {{ ref('active_clients', 'int_purchase_models') }}
    where is_chosen
),

final as (
    select
        contractual.origin_date,
        contractual.client_id,
        'contractual' as relationship_type,
        contractual.churn_model as clv_model,
        contractual.segmentation as model_segmentation,
        life_tables.spell_count as model_client_count,
        contractual.gross_margin_rate,
        contractual.term_months,
        contractual.tenure_term_count,
        contractual.mrr_amount,
        contractual.notice_mrr_amount,
        contractual.ending_mrr_amount,
        contractual.next_renewal_rate,
        contractual.retained_12m_rate as retained_rate,
        contractual.expected_renewals_12m as expected_count,
        contractual.expected_margin_12m_amount,
        cast(12 * contractual.monthly_margin_amount as decimal(24, 4)) as run_rate_amount,
        contractual.base_margin_12m_amount as base_rate_amount,
        contractual.base_retained_12m_rate as base_retained_rate,
        contractual.residual_clv_amount,
        contractual.residual_clv_lower_amount,
        contractual.residual_clv_upper_amount,
        contractual.tenure_term_count = 0 as is_cold_start,
        contractual.has_notice,
        contractual.next_renewal_date,
        contractual.ends_date

    from contractual
    left join life_tables
        on contractual.life_table_id = life_tables.life_table_id

    union all

    select
        purchases.origin_date,
        purchases.client_id,
        'non_contractual' as relationship_type,
        purchases.purchase_model as clv_model,
        'all' as model_segmentation,
        purchase_models.client_count as model_client_count,
        cast({{ number_var('gross_margin_rate') }} as decimal(5, 4))
            as gross_margin_rate,
        cast(null as integer) as term_months,
        purchases.repeat_count as tenure_term_count,
        cast(null as decimal(18, 4)) as mrr_amount,
        cast(null as decimal(18, 4)) as notice_mrr_amount,
        cast(null as decimal(18, 4)) as ending_mrr_amount,
        cast(null as decimal(12, 6)) as next_renewal_rate,
        purchases.alive_rate as retained_rate,
        purchases.expected_purchases_12m as expected_count,
        purchases.expected_margin_12m_amount,
        purchases.run_rate_12m_amount as run_rate_amount,
        purchases.base_margin_12m_amount as base_rate_amount,
        cast(null as decimal(12, 6)) as base_retained_rate,
        purchases.residual_clv_amount,
        intervals.residual_clv_lower_amount,
        intervals.residual_clv_upper_amount,
        purchases.is_cold_start,
        false as has_notice,
        cast(null as date) as next_renewal_date,
        cast(null as date) as ends_date

    from purchases
    left join purchase_models
        on purchases.origin_date = purchase_models.origin_date
    left join intervals
        on purchases.origin_date = intervals.origin_date
            and purchases.client_id = intervals.client_id
)

select * from final
