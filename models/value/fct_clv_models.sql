-- Grain: one row per model, segmentation, segment and length of a term in months (0 for models
-- of purchases, which have no terms), as fitted on as_of_date. What a
-- model has no use for is null.

with

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

survival_models as (
    select * from {{ ref('active_clients', 'int_survival_models') }}
),

purchase_models as (
    select * from {{ ref('active_clients', 'int_purchase_models') }}
),

spend_models as (
    select * from {{ ref('active_clients', 'int_spend_fits') }}
),

fits as (
    select
        -- keys
        fitted_model as model,
        segmentation,
        segment,
        cast(term_months as integer) as term_months,

        -- strings
        'contractual' as relationship_type,
        churn_model as model_label,

        -- numerics
        cast(spell_count as bigint) as client_count,
        cast(churned_count as bigint) as event_count,
        cast(case when churn_model <> 'geometric' then alpha end as decimal(18, 6)) as alpha,
        cast(case when churn_model <> 'geometric' then beta end as decimal(18, 6)) as beta,
        cast(case when churn_model = 'bdw' then shape end as decimal(18, 6)) as shape,
        cast(case when fitted_model = 'sbg' then mean_churn_rate end as decimal(12, 6))
            as mean_churn_rate,
        cast(case when churn_model = 'sbg' then polarization end as decimal(12, 6))
            as polarization,
        cast(null as decimal(18, 6)) as purchase_r,
        cast(null as decimal(18, 6)) as dropout_a,
        cast(null as decimal(18, 6)) as dropout_b,
        cast(null as decimal(18, 6)) as spend_p,
        cast(null as decimal(18, 6)) as spend_q,
        cast(null as decimal(28, 6)) as spend_v,
        cast(null as decimal(12, 6)) as frequency_value_correlation,
        cast(log_likelihood as decimal(18, 6)) as log_likelihood,
        cast(
            2 * parameter_count - 2 * {{ widened('log_likelihood', 6) }} as decimal(18, 6)
        ) as aic,
        cast(likelihood_ratio as decimal(18, 6)) as likelihood_ratio,
        cast(p_value as decimal(12, 6)) as p_value,

        -- booleans
        is_converged,
        is_degenerate,
        is_large_enough,
        is_chosen,

        -- dates
        origin_date as as_of_date

    from survival_models

    union all

    select
        purchase_model as model,
        'all' as segmentation,
        'all' as segment,
        cast(0 as integer) as term_months,
        'non_contractual' as relationship_type,
        purchase_model as model_label,
        cast(client_count as bigint) as client_count,
        cast(repeat_count as bigint) as event_count,
        cast(alpha as decimal(18, 6)) as alpha,
        cast(null as decimal(18, 6)) as beta,
        cast(null as decimal(18, 6)) as shape,
        cast(null as decimal(12, 6)) as mean_churn_rate,
        cast(null as decimal(12, 6)) as polarization,
        cast(r as decimal(18, 6)) as purchase_r,
        cast(a as decimal(18, 6)) as dropout_a,
        cast(b as decimal(18, 6)) as dropout_b,
        cast(null as decimal(18, 6)) as spend_p,
        cast(null as decimal(18, 6)) as spend_q,
        cast(null as decimal(28, 6)) as spend_v,
        cast(null as decimal(12, 6)) as frequency_value_correlation,
        cast(log_likelihood as decimal(18, 6)) as log_likelihood,
        cast(8 - 2 * {{ widened('log_likelihood', 6) }} as decimal(18, 6)) as aic,
        cast(null as decimal(18, 6)) as likelihood_ratio,
        cast(null as decimal(12, 6)) as p_value,
        is_converged,
        is_degenerate,
        true as is_large_enough,
        is_chosen,
        origin_date as as_of_date

    from purchase_models

    union all

    select
        'gamma_gamma' as model,
        'all' as segmentation,
        'all' as segment,
        cast(0 as integer) as term_months,
        'non_contractual' as relationship_type,
        'gamma_gamma' as model_label,
        cast(client_count as bigint) as client_count,
        cast(null as bigint) as event_count,
        cast(null as decimal(18, 6)) as alpha,
        cast(null as decimal(18, 6)) as beta,
        cast(null as decimal(18, 6)) as shape,
        cast(null as decimal(12, 6)) as mean_churn_rate,
        cast(null as decimal(12, 6)) as polarization,
        cast(null as decimal(18, 6)) as purchase_r,
        cast(null as decimal(18, 6)) as dropout_a,
        cast(null as decimal(18, 6)) as dropout_b,
        cast(p as decimal(18, 6)) as spend_p,
        cast(q as decimal(18, 6)) as spend_q,
        cast(v as decimal(28, 6)) as spend_v,
        cast(frequency_value_correlation as decimal(12, 6)) as frequency_value_correlation,
        cast(log_likelihood as decimal(18, 6)) as log_likelihood,
        cast(6 - 2 * {{ widened('log_likelihood', 6) }} as decimal(18, 6)) as aic,
        cast(null as decimal(18, 6)) as likelihood_ratio,
        cast(null as decimal(12, 6)) as p_value,
        is_converged,
        is_degenerate,
        true as is_large_enough,
        is_converged as is_chosen,
        origin_date as as_of_date

    from spend_models
),

final as (
    select fits.*
    from fits
    inner join as_of
        on fits.as_of_date = as_of.as_of_date
)

select * from final
