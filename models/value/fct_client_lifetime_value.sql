-- Grain: one row per counted client that was there by as_of_date.
-- Historical value: revenue realised by as_of_date times the gross margin. Residual value:
-- discounted margin expected from then on; total: both. Revenue is what was collected on
-- invoices, or, without that table, MRR accrued by the day.

with

valuations as (
    select * from {{ ref('active_clients', 'int_client_valuations') }}
),

margin_months as (
    select * from {{ ref('active_clients', 'int_client_margin_months') }}
),

cumulative as (
    select
        client_id,
        age_months,
        {{ running_sum('margin_amount', ['client_id'], 'age_months', digits=24) }}
            as margin_so_far_amount

    from margin_months
),

-- The month in which the margin so far first covers the cost of acquisition.
paybacks as (
    select
        valuations.client_id,
        min(cumulative.age_months) as payback_months

    from valuations
    inner join cumulative
        on valuations.client_id = cumulative.client_id

    where valuations.acquisition_cost_amount > 0
        and cumulative.margin_so_far_amount >= valuations.acquisition_cost_amount

    group by valuations.client_id
),

final as (
    select
        -- ids
        valuations.client_id,

        -- strings
        valuations.relationship_type,
        '{{ 'collected' if var('invoices_enabled') else 'accrued' }}' as revenue_basis,
        valuations.clv_model,
        valuations.model_segmentation,
        valuations.clv_basis,
        case when valuations.relationship_type = 'contractual' then 'from_next_renewal'
            else 'next_12_months'
        end as clv_convention,
        case
            when valuations.residual_clv_amount is null then 'no_prediction'
            when valuations.residual_clv_lower_amount is null then 'no_interval'
            when valuations.clv_basis = 'notice' then 'notice'
            when valuations.relationship_type = 'contractual' then 'bootstrap'
            else 'curvature'
        end as interval_basis,
        case
            when valuations.total_clv_amount is null then 'unknown'
            when valuations.value_rank > 0.8 * valuations.ranked_client_count then 'a'
            when valuations.value_rank > 0.5 * valuations.ranked_client_count then 'b'
            else 'c'
        end as clv_tier,

        -- numerics
        valuations.revenue_amount,
        valuations.gross_margin_rate,
        cast({{ number_var('discount_rate_annual') }} as decimal(5, 4))
            as discount_rate_annual,
        valuations.historical_clv_amount,
        valuations.settled_residual_amount as residual_clv_amount,
        valuations.residual_clv_lower_amount,
        valuations.residual_clv_upper_amount,
        cast(valuations.total_clv_amount as decimal(24, 4)) as total_clv_amount,
        cast(case when valuations.total_clv_amount is not null
                then {{ rate('valuations.value_rank', 'valuations.ranked_client_count') }}
        end as decimal(12, 6)) as clv_percentile,
        cast(valuations.model_client_count as bigint) as model_client_count,
        valuations.term_months,
        valuations.tenure_term_count,
        valuations.mrr_amount,
        valuations.notice_mrr_amount,
        valuations.next_renewal_rate,
        valuations.retained_rate,
        valuations.expected_count as expected_payments_12m,
        valuations.expected_margin_12m_amount,
        cast(
            coalesce(valuations.ending_mrr_amount, 0)
            + {{ widened('valuations.mrr_amount - coalesce(valuations.ending_mrr_amount, 0)') }}
            * (1 - case
                when valuations.relationship_type = 'contractual'
                    then valuations.retained_rate
            end) as decimal(24, 4)
        ) as expected_churned_mrr_amount,
        valuations.acquisition_cost_amount,
        {{ rate('valuations.historical_clv_amount', 'valuations.acquisition_cost_amount') }}
            as clv_to_acquisition_cost_ratio,
        {{ rate('valuations.total_clv_amount', 'valuations.acquisition_cost_amount') }}
            as total_clv_to_acquisition_cost_ratio,
        paybacks.payback_months,

        -- booleans
        coalesce(valuations.is_cold_start, false) as is_cold_start,
        coalesce(valuations.has_notice, false) as has_notice,

        -- dates
        valuations.created_date,
        valuations.first_revenue_date,
        case
            when valuations.has_notice and valuations.ends_date <= valuations.next_renewal_date
                then null
            else valuations.next_renewal_date
        end as next_renewal_date,
        valuations.ends_date,
        valuations.as_of_date

    from valuations
    left join paybacks
        on valuations.client_id = paybacks.client_id
)

select * from final
