-- Grain: one row per origin and contractual client that pays on it: the spell it is in, the
-- renewals that are due within twelve months, and the model of churn that it falls under:
-- that of the finest segmentation that has one, of the same term length.

with

spells as (
    select * from {{ ref('active_clients', 'int_spell_attributes') }}
    where is_open
),

origins as (
    select * from {{ ref('active_clients', 'int_clv_origins') }}
),

models as (
    select * from {{ ref('active_clients', 'int_survival_models') }}
    where is_chosen
),

plan_margins as (
    select * from {{ ref('active_clients', 'plan_margins') }}
),

dated as (
    select
        spells.*,
        {{ margin_rate('plan_margins') }} as gross_margin_rate,
        {{ anniversary(
            'spells.started_date', '(spells.observed_term_count + 1) * spells.term_months'
        ) }} as next_renewal_date,
        {{ terms_elapsed(
            'spells.started_date', 'origins.horizon_end_date', 'spells.term_months'
        ) }} - spells.observed_term_count as due_renewal_count

    from spells
    inner join origins
        on spells.origin_date = origins.origin_date
    left join plan_margins
        on spells.plan = plan_margins.plan_id
),

final as (
    select
        dated.origin_date,
        dated.client_id,
        coalesce(
            {%- for segmentation in segmentations() %}
            model_{{ loop.index }}.life_table_id{{ ',' if not loop.last }}
            {%- endfor %}
        ) as life_table_id,
        coalesce(
            {%- for segmentation in segmentations() %}
            model_{{ loop.index }}.fitted_model{{ ',' if not loop.last }}
            {%- endfor %}
        ) as fitted_model,
        coalesce(
            {%- for segmentation in segmentations() %}
            model_{{ loop.index }}.churn_model{{ ',' if not loop.last }}
            {%- endfor %}
        ) as churn_model,
        coalesce(
            {%- for segmentation in segmentations() %}
            model_{{ loop.index }}.segmentation{{ ',' if not loop.last }}
            {%- endfor %}
        ) as segmentation,
        dated.gross_margin_rate,
        dated.term_months,
        dated.observed_term_count as tenure_term_count,
        dated.due_renewal_count,
        dated.mrr_amount,
        {{ dbt.datediff('dated.origin_date', 'dated.next_renewal_date', 'day') }}
            as days_to_renewal,
        dated.started_date,
        dated.next_renewal_date

    from dated
    {%- for segmentation in segmentations() %}
left join models as model_{{ loop.index }}
    on dated.origin_date = model_{{ loop.index }}.origin_date
        and dated.term_months = model_{{ loop.index }}.term_months
        and {{ segment_text(segmentation, 'dated.') }} = model_{{ loop.index }}.segment
        and model_{{ loop.index }}.preference = {{ loop.index }}
    {%- endfor %}
)

select * from final
