-- Grain: one row per origin and client with a prediction: what was predicted for the twelve
-- months after the origin, what two simple rules say, and what came of it, once the twelve
-- months have elapsed. A contractual client's margin is its MRR by the day; the run rate of
-- it is what it pays now, the base rate that of all clients alike. It is retained when it
-- paid without a break; what it pays after one counts as margin, though no model expects it.
-- Who had given notice was known to leave, and is foretold by nobody.

with

predictions as (
    select * from {{ ref('active_clients', 'int_client_predictions') }}
    where expected_margin_12m_amount is not null
        and not has_notice
),

origins as (
    select * from {{ ref('active_clients', 'int_clv_origins') }}
    where not is_as_of
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

payments as (
    select payments.*
    from {{ ref('active_clients', 'int_purchase_days') }} as payments
    inner join {{ ref('active_clients', 'as_of') }} as as_of
        on payments.origin_date = as_of.as_of_date
),

accrued as (
    select
        predictions.origin_date,
        predictions.client_id,
        sum(cast(cast(client_mrr.mrr_amount * ({{ dbt.datediff(
            later('client_mrr.valid_from', add_days('origins.origin_date', 1)),
            earlier(or_never('client_mrr.valid_to'), add_days('origins.horizon_end_date', 1)),
            'day',
        ) }}) as {{ type_double() }}) * 12 / 365 as decimal(24, 4))) as revenue_amount,
        min(case when client_mrr.mrr_amount > 0 then 1 else 0 end) as retained_count

    from predictions
    inner join origins
        on predictions.origin_date = origins.origin_date
    inner join client_mrr
        on predictions.client_id = client_mrr.client_id
            and origins.horizon_end_date >= client_mrr.valid_from
            and {{ add_days('origins.origin_date', 1) }} < {{ or_never('client_mrr.valid_to') }}

    where predictions.relationship_type = 'contractual'

    group by predictions.origin_date, predictions.client_id
),

purchased as (
    select
        origins.origin_date,
        payments.client_id,
        sum(payments.revenue_amount) as revenue_amount

    from origins
    inner join payments
        on origins.origin_date < payments.purchase_date
            and origins.horizon_end_date >= payments.purchase_date

    group by origins.origin_date, payments.client_id
),

final as (
    select
        predictions.origin_date,
        predictions.relationship_type,
        predictions.client_id,
        predictions.expected_margin_12m_amount as predicted_amount,
        predictions.run_rate_amount,
        predictions.base_rate_amount,
        predictions.retained_rate as predicted_retained_rate,
        predictions.base_retained_rate,
        case when origins.is_mature then cast(
                    predictions.gross_margin_rate * cast(coalesce(
                        case when predictions.relationship_type = 'contractual'
                                then accrued.revenue_amount
                            else purchased.revenue_amount
                        end, 0
                    ) as decimal(24, 4)) as decimal(24, 4)
                )
        end as actual_amount,
        case when origins.is_mature and predictions.relationship_type = 'contractual'
                then coalesce(accrued.retained_count, 0)
        end as actual_retained,
        origins.is_mature,
        origins.is_reconstructed,
        origins.horizon_end_date,
        ntile(10) over (
            partition by predictions.origin_date, predictions.relationship_type
            order by predictions.expected_margin_12m_amount desc, predictions.client_id asc
        ) as decile

    from predictions
    inner join origins
        on predictions.origin_date = origins.origin_date
    left join accrued
        on predictions.origin_date = accrued.origin_date
            and predictions.client_id = accrued.client_id
    left join purchased
        on predictions.origin_date = purchased.origin_date
            and predictions.client_id = purchased.client_id
)

select * from final
