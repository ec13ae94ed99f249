-- Grain: one row per origin and contractual client that pays on it: what is expected of it.
-- Everything is conditional on the renewals that it has already made. Columns are null where
-- no model of churn could be fitted. What is under notice lasts until its end, and the model
-- speaks of the rest; of a client that leaves no model does.

with

terms as (
    select * from {{ ref('active_clients', 'int_client_renewal_terms') }}
),

curves as (
    select
        life_table_id,
        fitted_model,
        term_number,
        cast(survival as {{ type_double() }}) as survival,
        cast(expected_terms as {{ type_double() }}) as expected_terms,
        cast(residual_payments as {{ type_double() }}) as residual_payments

    from {{ ref('active_clients', 'int_churn_curves') }}
),

intervals as (
    select
        life_table_id,
        term_number,
        cast(residual_payments_lower as {{ type_double() }}) as residual_payments_lower,
        cast(residual_payments_upper as {{ type_double() }}) as residual_payments_upper

    from {{ ref('active_clients', 'int_churn_intervals') }}
),

life_tables as (
    select * from {{ ref('active_clients', 'int_life_tables') }}
    where segmentation = 'all'
        and spell_scope = '{{ checked_var('clv_spell_scope') }}'
),

endings as (
    select
        origin_date,
        client_id,
        max(ends_date) as last_ends_date,
        max(renewal_count) as renewal_count,
        sum(mrr_amount) as mrr_amount,
        sum(case when is_within_12_months then mrr_amount else 0 end) as mrr_12m_amount,
        sum(margin_12m_amount) as margin_12m_amount,
        sum(residual_amount) as residual_amount

    from {{ ref('active_clients', 'int_contract_ends') }}

    group by origin_date, client_id
),

noticed as (
    select
        terms.*,
        coalesce(endings.mrr_amount, 0) as notice_mrr_amount,
        coalesce(endings.mrr_12m_amount, 0) as ending_mrr_amount,
        coalesce(endings.margin_12m_amount, 0) as ending_margin_12m_amount,
        coalesce(endings.residual_amount, 0) as ending_residual_amount,
        endings.renewal_count as ending_renewal_count,
        endings.client_id is not null and endings.mrr_amount >= terms.mrr_amount as has_notice,
        case when endings.mrr_amount >= terms.mrr_amount then endings.last_ends_date end
            as ends_date

    from terms
    left join endings
        on terms.origin_date = endings.origin_date
            and terms.client_id = endings.client_id
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
        cast(terms.gross_margin_rate as {{ type_double() }})
        * cast(terms.mrr_amount - terms.notice_mrr_amount as {{ type_double() }})
            as lasting_margin,
        12 * cast(terms.days_to_renewal as {{ type_double() }}) / 365 as months_to_renewal,
        power(
            1 + {{ number_var('discount_rate_annual') }},
            -cast(terms.days_to_renewal as {{ type_double() }}) / 365
        ) as renewal_discount

    from noticed as terms
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

valued as (
    select
        *,
        {{ margin_within_12_months('expected_renewals', 'retained_rate', 'lasting_margin') }}
            as lasting_margin_12m_amount,
        {{ margin_within_12_months(
            geometric_sum('base_renewal_rate', 'due_renewal_count'),
            'power(base_renewal_rate, due_renewal_count)'
        ) }} as base_margin_12m_amount,
        cast(
            lasting_margin * term_months * residual_payments * renewal_discount
            as decimal(24, 4)
        ) as lasting_residual_amount,
        cast(
            lasting_margin * term_months * residual_payments_lower * renewal_discount
            as decimal(24, 4)
        ) as lasting_residual_lower_amount,
        cast(
            lasting_margin * term_months * residual_payments_upper * renewal_discount
            as decimal(24, 4)
        ) as lasting_residual_upper_amount

    from expected
),

final as (
    select
        origin_date,
        client_id,
        case when not has_notice then life_table_id end as life_table_id,
        case when not has_notice then churn_model end as churn_model,
        case when not has_notice then segmentation end as segmentation,
        gross_margin_rate,
        term_months,
        tenure_term_count,
        due_renewal_count,
        mrr_amount,
        cast(notice_mrr_amount as decimal(18, 4)) as notice_mrr_amount,
        cast(ending_mrr_amount as decimal(18, 4)) as ending_mrr_amount,
        cast(monthly_margin as decimal(24, 4)) as monthly_margin_amount,
        cast(case
            when not has_notice then next_renewal_rate
            when ending_renewal_count > 0 then 1
            else 0
        end as decimal(12, 6)) as next_renewal_rate,
        cast(case
            when not has_notice then retained_rate
            when ending_mrr_amount < notice_mrr_amount then 1
            else 0
        end as decimal(12, 6)) as retained_12m_rate,
        cast(case
            when not has_notice then expected_renewals
            else least(ending_renewal_count, due_renewal_count)
        end as decimal(18, 6)) as expected_renewals_12m,
        cast(case
            when not has_notice then lasting_margin_12m_amount + ending_margin_12m_amount
            else ending_margin_12m_amount
        end as decimal(24, 4)) as expected_margin_12m_amount,
        base_margin_12m_amount,
        cast(power(base_renewal_rate, due_renewal_count) as decimal(12, 6))
            as base_retained_12m_rate,
        cast(case
            when not has_notice then lasting_residual_amount + ending_residual_amount
            else ending_residual_amount
        end as decimal(24, 4)) as residual_clv_amount,
        cast(case
            when not has_notice then lasting_residual_lower_amount + ending_residual_amount
            else ending_residual_amount
        end as decimal(24, 4)) as residual_clv_lower_amount,
        cast(case
            when not has_notice then lasting_residual_upper_amount + ending_residual_amount
            else ending_residual_amount
        end as decimal(24, 4)) as residual_clv_upper_amount,
        has_notice,
        started_date,
        next_renewal_date,
        ends_date

    from valued
)

select * from final
