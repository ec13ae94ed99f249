-- Grain: one row per model, segmentation, segment and length of a term in months (0 for models
-- of purchases, which have no terms), as fitted on as_of_date.

with

as_of as (
    select * from {{ ref('as_of') }}
),

fits as (
    select * from {{ ref('int_model_fits') }}
),

final as (
    select
        -- keys
        fits.model,
        fits.segmentation,
        fits.segment,
        fits.term_months,

        -- strings
        fits.relationship_type,
        fits.model_label,

        -- numerics
        fits.client_count,
        fits.event_count,
        fits.alpha,
        fits.beta,
        fits.shape,
        fits.mean_churn_rate,
        fits.polarization,
        fits.purchase_r,
        fits.dropout_a,
        fits.dropout_b,
        fits.spend_p,
        fits.spend_q,
        fits.spend_v,
        fits.frequency_value_correlation,
        fits.log_likelihood,
        fits.aic,
        fits.likelihood_ratio,
        fits.p_value,

        -- booleans
        fits.is_converged,
        fits.is_degenerate,
        fits.is_large_enough,
        fits.is_chosen,

        -- dates
        fits.origin_date as as_of_date

    from fits
    inner join as_of
        on fits.origin_date = as_of.as_of_date
)

select * from final
