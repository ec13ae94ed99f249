-- Grain: one row per origin and contractual client that pays on it: what is expected of it.
-- Everything is conditional on the renewals that it has already made. Columns are null where
-- no model of churn could be fitted.

with

terms as (
    select * from {{ ref('int_client_renewal_terms') }}
),

curves as (
    select
        life_table_id,
        fitted_model,
        term_number,
        cast(survival as {{ type_double() }}) as survival,
        cast(expected_terms as {{ type_double() }}) as expected_terms,
        cast(residual_payments as {{ type_double() }}) as residual_payments

    from {{ ref('int_churn_curves') }}
),

intervals as (
    select
        life_table_id,
        term_number,
        cast(residual_payments_lower as {{ type_double() }}) as residual_payments_lower,
        cast(residual_payments_upper as {{ type_double() }}) as residual_payments_upper

    from {{ ref('int_churn_intervals') }}
),

life_tables as (
    select * from {{ ref('int_life_tables') }}
    where segmentation = 'all'
        and spell_scope = '{{ checked_var('clv_spell_scope') }}'
),

expected as (
    select
        terms.*,
        next_curves.survival / nullif(curves.survival, 0) as next_renewal_rate,
        end_curves.survival / nullif(curves.survival, 0) as retained_rate,
        (end_curves.expected_terms - curves.expected_terms) / nullif(curves.survival, 0)
            as expected_renewals,
        curves.residual_payments,
        intervals.residual_payments_lower,
        intervals.residual_payments_upper,
        1 - cast(life_tables.pooled_churn_rate as {{ type_double() }}) as base_renewal_rate,
        cast(terms.gross_margin_rate as {{ type_double() }})
        * cast(terms.mrr_amount as {{ type_double() }}) as monthly_margin,
        12 * cast(terms.days_to_renewal as {{ type_double() }}) / 365 as months_to_renewal,
        power(
            1 + {{ number_var('discount_rate_annual') }},
            -cast(terms.days_to_renewal as {{ type_double() }}) / 365
        ) as renewal_discount

    from terms
    left join curves
        on terms.life_table_id = curves.life_table_id
            and terms.fitted_model = curves.fitted_model
            and terms.tenure_term_count = curves.term_number
    left join curves as next_curves
        on terms.life_table_id = next_curves.life_table_id
            and terms.fitted_model = next_curves.fitted_model
            and terms.tenure_term_count + 1 = next_curves.term_number
    left join curves as end_curves
        on terms.life_table_id = end_curves.life_table_id
            and terms.fitted_model = end_curves.fitted_model
            and terms.tenure_term_count + terms.due_renewal_count = end_curves.term_number
    left join intervals
        on terms.life_table_id = intervals.life_table_id
            and terms.tenure_term_count = intervals.term_number
    left join life_tables
        on terms.origin_date = life_tables.origin_date
            and terms.term_months = life_tables.term_months
),

final as (
    select
        origin_date,
        client_id,
        life_table_id,
        churn_model,
        segmentation,
        gross_margin_rate,
        term_months,
        tenure_term_count,
        due_renewal_count,
        mrr_amount,
        cast(monthly_margin as decimal(24, 4)) as monthly_margin_amount,
        cast(next_renewal_rate as decimal(12, 6)) as next_renewal_rate,
        cast(retained_rate as decimal(12, 6)) as retained_12m_rate,
        cast(expected_renewals as decimal(18, 6)) as expected_renewals_12m,
        {{ margin_within_12_months('expected_renewals', 'retained_rate') }}
            as expected_margin_12m_amount,
        {{ margin_within_12_months(
            geometric_sum('base_renewal_rate', 'due_renewal_count'),
            'power(base_renewal_rate, due_renewal_count)'
        ) }} as base_margin_12m_amount,
        cast(power(base_renewal_rate, due_renewal_count) as decimal(12, 6))
            as base_retained_12m_rate,
        cast(
            monthly_margin * term_months * residual_payments * renewal_discount
            as decimal(24, 4)
        ) as residual_clv_amount,
        cast(
            monthly_margin * term_months * residual_payments_lower * renewal_discount
            as decimal(24, 4)
        ) as residual_clv_lower_amount,
        cast(
            monthly_margin * term_months * residual_payments_upper * renewal_discount
            as decimal(24, 4)
        ) as residual_clv_upper_amount,
        started_date,
        next_renewal_date

    from expected
)

select * from final
