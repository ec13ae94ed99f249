-- Grain: one row per life table: how much there is to fit a model of churn to. A model is
-- fitted where there were enough clients at the start, and always to the table of all.

with

cells as (
    select * from {{ ref('active_clients', 'int_survival_cells') }}
),

totals as (
    select
        life_table_id,
        origin_date,
        spell_scope,
        preference,
        segmentation,
        segment,
        term_months,
        sum(entered_count) as spell_count,
        sum(at_risk_count) as decided_term_count,
        sum(churned_count) as churned_count,
        max(term_number) as last_term

    from cells

    group by
        life_table_id, origin_date, spell_scope, preference, segmentation, segment, term_months
),

final as (
    select
        life_table_id,
        origin_date,
        spell_scope,
        cast(preference as integer) as preference,
        segmentation,
        segment,
        term_months,
        cast(spell_count as bigint) as spell_count,
        cast(decided_term_count as bigint) as decided_term_count,
        cast(churned_count as bigint) as churned_count,
        last_term,
        {{ rate('churned_count', 'decided_term_count') }} as pooled_churn_rate,
        spell_count >= {{ number_var('clv_segment_min_clients') }} as is_large_enough,
        spell_scope = '{{ checked_var('clv_spell_scope') }}'
        and (
            segmentation = 'all'
            or spell_count >= {{ number_var('clv_segment_min_clients') }}
        )
        and churned_count > 0
        and churned_count < decided_term_count as is_fitted

    from totals
)

select * from final
