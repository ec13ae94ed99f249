-- Grain: one row per life table with a chosen model on as_of_date and term, from 0: 95 %
-- intervals of what the model says, from its replicates; null with fewer than 39 of them.

with

models as (
    select * from {{ ref('active_clients', 'int_life_tables') }}
),

fits as (
    select * from {{ ref('active_clients', 'int_churn_replicate_fits') }}
),

parameters as (
    select
        fits.replicate_id as curve_id,
        fits.life_table_id,
        models.term_months,
        log_size > 7 and fits.fitted_model = 'sbg' as is_geometric,
        cast(fits.mean_logit as {{ type_double() }}) as mean_logit,
        cast(fits.log_size as {{ type_double() }}) as log_size,
        case when fits.fitted_model = 'bdw' then cast(fits.log_shape as {{ type_double() }})
            else 0
        end as log_shape

    from fits
    inner join models
        on fits.life_table_id = models.life_table_id
),

{{ churn_curve('parameters') }},

ranked as (
    select
        parameters.life_table_id,
        curves.term_number,
        curves.survival,
        curves.residual_payments,
        row_number() over (
            partition by parameters.life_table_id, curves.term_number
            order by curves.survival, curves.curve_id
        ) as survival_rank,
        row_number() over (
            partition by parameters.life_table_id, curves.term_number
            order by curves.residual_payments, curves.curve_id
        ) as residual_rank,
        count(*) over (
            partition by parameters.life_table_id, curves.term_number
        ) as replicate_count

    from curves
    inner join parameters
        on curves.curve_id = parameters.curve_id

    where curves.term_number <= 600
),

placed as (
    select
        *,
        floor((replicate_count + 1) * 0.025) as lower_rank,
        replicate_count + 1 - floor((replicate_count + 1) * 0.025) as upper_rank

    from ranked
),

final as (
    select
        life_table_id,
        term_number,
        cast(max(case when survival_rank = lower_rank then survival end) as decimal(18, 8))
            as survival_lower,
        cast(max(case when survival_rank = upper_rank then survival end) as decimal(18, 8))
            as survival_upper,
        cast(
            max(case when residual_rank = lower_rank then residual_payments end)
            as decimal(18, 8)
        ) as residual_payments_lower,
        cast(
            max(case when residual_rank = upper_rank then residual_payments end)
            as decimal(18, 8)
        ) as residual_payments_upper

    from placed

    group by life_table_id, term_number
)

select * from final
