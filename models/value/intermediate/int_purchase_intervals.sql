-- Grain: one row per non-contractual client with a prediction on as_of_date: the 95 % interval
-- of its residual value, of the models' parameters. The error of the logarithm of the value is
-- that of the parameters' logarithms, times how it changes with them (delta method). Null where
-- the likelihood is flat, or where the value may be wrong by a factor of 1000.

with

predictions as (
    select predictions.*
    from {{ ref('active_clients', 'int_purchase_predictions') }} as predictions
    inner join {{ ref('active_clients', 'as_of') }} as as_of
        on predictions.origin_date = as_of.as_of_date

    where predictions.residual_clv_amount is not null
),

models as (
    select * from {{ ref('active_clients', 'int_purchase_models') }}
    where is_chosen
),

spend_fits as (
    select * from {{ ref('active_clients', 'int_spend_fits') }}
),

summaries as (
    select
        summaries.client_id,
        cast(summaries.repeat_count as {{ type_double() }}) as x,
        case when summaries.repeat_value_amount > 0 then summaries.repeat_count else 0 end
            as valued_x,
        coalesce(cast(summaries.repeat_value_amount as {{ type_double() }}), 0) as mean_value,
        cast(summaries.recency_days as {{ type_double() }}) / 7 as recency,
        cast(summaries.age_days as {{ type_double() }}) / 7 as age,
        cast(models.r as {{ type_double() }}) as r,
        slopes.slope_r,
        cast(models.alpha as {{ type_double() }}) as alpha,
        slopes.slope_alpha,
        cast(models.a as {{ type_double() }}) as a,
        slopes.slope_a,
        cast(models.b as {{ type_double() }}) as b,
        slopes.slope_b,
        models.shift,
        cast(spend_fits.p as {{ type_double() }}) as p,
        cast(spend_fits.q - 1 as {{ type_double() }}) as excess,
        cast(spend_fits.v as {{ type_double() }}) as v,
        summaries.origin_date

    from {{ ref('active_clients', 'int_purchase_summaries') }} as summaries
    inner join models
        on summaries.origin_date = models.origin_date
    inner join spend_fits
        on summaries.origin_date = spend_fits.origin_date
    inner join {{ ref('active_clients', 'int_purchase_slopes') }} as slopes
        on summaries.origin_date = slopes.origin_date
            and summaries.repeat_count = slopes.repeat_count
            and summaries.age_days = slopes.age_days
),

odds as (
    select
        summaries.*,
        case
            when summaries.x + summaries.shift > 0 then {{ dropout_odds('summaries') }}
            else 0
        end as dropout_odds

    from summaries
),

gradients as (
    select
        *,
        slope_r - dropout_odds / (1 + dropout_odds)
        * r * ln((alpha + age) / (alpha + recency)) as purchase_1,
        slope_alpha - dropout_odds / (1 + dropout_odds)
        * (r + x) * alpha * (1 / (alpha + age) - 1 / (alpha + recency)) as purchase_2,
        slope_a - dropout_odds / (1 + dropout_odds) as purchase_3,
        slope_b + dropout_odds / (1 + dropout_odds)
        * b / greatest(1e-9, b + x - 1 + shift) as purchase_4,
        excess / (p * valued_x + excess) as spend_1,
        -excess / (p * valued_x + excess) as spend_2,
        v / (v + valued_x * mean_value) as spend_3

    from odds
),

variances as (
    select
        gradients.origin_date,
        gradients.client_id,
        {{ quadratic_form('gradients.purchase', 'purchase_covariances', 4) }}
        + {{ quadratic_form('gradients.spend', 'spend_covariances', 3) }} as variance

    from gradients
    inner join {{ ref('active_clients', 'int_purchase_covariances') }} as purchase_covariances
        on gradients.origin_date = purchase_covariances.origin_date
    inner join {{ ref('active_clients', 'int_spend_covariances') }} as spend_covariances
        on gradients.origin_date = spend_covariances.origin_date
),

errors as (
    select
        *,
        -- `greatest` would take 0 for what is not known.
        case when variance is not null then 1.959963984540054 * sqrt(greatest(0, variance)) end
            as half_width

    from variances
),

final as (
    select
        predictions.origin_date,
        predictions.client_id,
        cast(predictions.residual_clv_amount * exp(-errors.half_width) as decimal(24, 4))
            as residual_clv_lower_amount,
        cast(predictions.residual_clv_amount * exp(errors.half_width) as decimal(24, 4))
            as residual_clv_upper_amount

    from predictions
    left join errors
        on predictions.origin_date = errors.origin_date
            and predictions.client_id = errors.client_id
            and errors.half_width < ln(1000)
)

select * from final
