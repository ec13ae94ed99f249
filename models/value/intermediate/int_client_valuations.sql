-- Grain: one row per counted client that was there by as_of_date: realised and predicted
-- margin together, before clients are compared with each other. `clv_basis` says what the
-- residual value rests on; a client that has left has none.

with

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
    where not is_internal
),

revenue as (
    select * from {{ ref('active_clients', 'int_client_realised_revenue') }}
),

-- Where nobody ever brought revenue there are no invoices or subscriptions to tell it by: what
-- clients were worth is unknown then, not 0.
revenue_counts as (
    select count(*) as client_count from revenue
),

margin_rates as (
    select * from {{ ref('active_clients', 'int_client_margin_rates') }}
),

spells as (
    select distinct
        origin_date,
        client_id

    from {{ ref('active_clients', 'int_client_spells') }}
),

predictions as (
    select * from {{ ref('active_clients', 'int_client_predictions') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

valued as (
    select
        clients.client_id,
        clients.relationship_type,
        clients.acquisition_cost_amount,
        clients.created_date,
        revenue.first_revenue_date,
        as_of.as_of_date,
        cast(
            case when revenue_counts.client_count > 0
                    then coalesce(revenue.revenue_amount, 0)
            end as decimal(24, 4)
        ) as revenue_amount,
        margin_rates.gross_margin_rate,
        case
            when predictions.has_notice then 'notice'
            when predictions.residual_clv_amount is not null
                and predictions.model_segmentation <> '{{ segmentations() | first }}'
                and clients.relationship_type = 'contractual' then 'fallback_model'
            when predictions.residual_clv_amount is not null then 'model'
            when predictions.client_id is not null then 'no_model'
            when clients.relationship_type = 'contractual' and spells.client_id is not null
                then 'churned'
            else 'not_started'
        end as clv_basis,
        predictions.clv_model,
        predictions.model_segmentation,
        predictions.model_client_count,
        predictions.term_months,
        predictions.tenure_term_count,
        predictions.mrr_amount,
        predictions.notice_mrr_amount,
        predictions.ending_mrr_amount,
        predictions.next_renewal_rate,
        predictions.retained_rate,
        predictions.expected_count,
        predictions.expected_margin_12m_amount,
        predictions.residual_clv_amount,
        predictions.residual_clv_lower_amount,
        predictions.residual_clv_upper_amount,
        predictions.is_cold_start,
        predictions.has_notice,
        predictions.next_renewal_date,
        predictions.ends_date

    from clients
    cross join as_of
    cross join revenue_counts
    inner join margin_rates
        on clients.client_id = margin_rates.client_id
    left join revenue
        on clients.client_id = revenue.client_id
    left join predictions
        on clients.client_id = predictions.client_id
            and as_of.as_of_date = predictions.origin_date
            and clients.relationship_type = predictions.relationship_type
    left join spells
        on clients.client_id = spells.client_id
            and as_of.as_of_date = spells.origin_date

    where clients.created_date <= as_of.as_of_date
        or revenue.client_id is not null
),

settled as (
    select
        *,
        cast(revenue_amount * gross_margin_rate as decimal(24, 4)) as historical_clv_amount,
        case when clv_basis = 'churned' then cast(0 as decimal(24, 4))
            else residual_clv_amount
        end as settled_residual_amount

    from valued
),

final as (
    select
        *,
        cast(historical_clv_amount + settled_residual_amount as decimal(24, 4))
            as total_clv_amount,
        row_number() over (
            partition by case when settled_residual_amount is null then 1 else 0 end
            order by historical_clv_amount + settled_residual_amount, client_id
        ) as value_rank,
        count(settled_residual_amount) over () as ranked_client_count

    from settled
)

select * from final
