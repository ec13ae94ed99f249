-- Grain: one row per origin and non-contractual client that has bought by then: purchases and
-- margin expected within twelve months; null where there were too few clients for a model.
-- Whether a client is still there is told by the MBG/NBD: the BG/NBD calls everyone alive who
-- bought but once.

with

summaries as (
    select
        *,
        cast(repeat_count as {{ type_double() }}) as x,
        cast(recency_days as {{ type_double() }}) / 7 as recency,
        cast(age_days as {{ type_double() }}) / 7 as age,
        cast(revenue_amount as {{ type_double() }}) as revenue,
        cast(repeat_value_amount as {{ type_double() }}) as repeat_value,
        {{ number_var('gross_margin_rate') }} as margin_rate,
        cast(sum(revenue_amount) over (partition by origin_date) as {{ type_double() }})
        / sum(age_days + 1) over (partition by origin_date) as daily_revenue

    from {{ ref('active_clients', 'int_purchase_summaries') }}
),

models as (
    select
        origin_date,
        purchase_model,
        shift,
        cast(r as {{ type_double() }}) as r,
        cast(alpha as {{ type_double() }}) as alpha,
        cast(a as {{ type_double() }}) as a,
        cast(b as {{ type_double() }}) as b,
        is_converged,
        is_chosen

    from {{ ref('active_clients', 'int_purchase_models') }}
),

spend_models as (
    select
        origin_date,
        cast(p as {{ type_double() }}) as p,
        cast(q as {{ type_double() }}) as q,
        cast(v as {{ type_double() }}) as v

    from {{ ref('active_clients', 'int_spend_fits') }}

    where is_converged
),

expectations as (
    select * from {{ ref('active_clients', 'int_purchase_expectations') }}
),

odds as (
    select
        summaries.*,
        models.purchase_model,
        expectations.expected_purchases,
        expectations.discounted_purchases,
        case
            when summaries.x + models.shift > 0 then {{ dropout_odds('models') }}
            when models.shift is not null then 0
        end as model_odds,
        {{ dropout_odds('mbg') }} as mbg_odds,
        case
            when summaries.repeat_count > 0 and summaries.repeat_value_amount > 0
                then spend_models.p * (spend_models.v + summaries.x * summaries.repeat_value)
                    / (spend_models.p * summaries.x + spend_models.q - 1)
            else spend_models.p * spend_models.v / (spend_models.q - 1)
        end as purchase_value

    from summaries
    left join models
        on summaries.origin_date = models.origin_date
            and models.is_chosen
    left join models as mbg
        on summaries.origin_date = mbg.origin_date
            and mbg.purchase_model = 'mbg_nbd'
            and mbg.is_converged
    left join spend_models
        on summaries.origin_date = spend_models.origin_date
    left join expectations
        on summaries.origin_date = expectations.origin_date
            and summaries.repeat_count = expectations.repeat_count
            and summaries.age_days = expectations.age_days
),

valued as (
    select
        *,
        margin_rate * purchase_value as margin

    from odds
),

final as (
    select
        origin_date,
        client_id,
        purchase_model,
        repeat_count,
        repeat_count = 0 as is_cold_start,
        cast(1 / (1 + mbg_odds) as decimal(12, 6)) as alive_rate,
        cast(expected_purchases / (1 + model_odds) as decimal(18, 6)) as expected_purchases_12m,
        cast(purchase_value as decimal(24, 4)) as expected_purchase_amount,
        cast(margin * expected_purchases / (1 + model_odds) as decimal(24, 4))
            as expected_margin_12m_amount,
        cast(margin * discounted_purchases / (1 + model_odds) as decimal(24, 4))
            as residual_clv_amount,
        cast(margin_rate * 365 * revenue / (age_days + 1) as decimal(24, 4))
            as run_rate_12m_amount,
        cast(margin_rate * 365 * daily_revenue as decimal(24, 4)) as base_margin_12m_amount

    from valued
)

select * from final
