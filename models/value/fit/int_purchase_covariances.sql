-- Grain: one row per model of purchases that is used on as_of_date: covariances of the
-- logarithms of its parameters, which say how sure they are; null where the likelihood is flat.
-- What is at a bound of the search counts as known.

with

models as (
    select models.*
    from {{ ref('active_clients', 'int_purchase_models') }} as models
    inner join {{ ref('active_clients', 'as_of') }} as as_of
        on models.origin_date = as_of.as_of_date

    where models.is_chosen
),

best as (
    select
        ln(cast(r as {{ type_double() }})) as log_r,
        ln(cast(alpha as {{ type_double() }})) as log_alpha,
        ln(cast(a as {{ type_double() }})) as log_a,
        ln(cast(b as {{ type_double() }})) as log_b,
        case when r > 8000 then 0 else 1 end as is_free_1,
        1 as is_free_2,
        case when a < cast(b as {{ type_double() }}) * 0.0002 then 0 else 1 end as is_free_3,
        case
            when a < cast(b as {{ type_double() }}) * 0.0002 or a + b < 0.02 or a + b > 8000 then 0
            else 1
        end as is_free_4,
        origin_date

    from models
),

histories as (
    select
        models.origin_date,
        models.shift,
        cast(summaries.repeat_count as {{ type_double() }}) as x,
        cast(summaries.recency_days as {{ type_double() }}) / 7 as recency,
        cast(summaries.age_days as {{ type_double() }}) / 7 as age,
        count(*) as clients

    from models
    inner join {{ ref('active_clients', 'int_purchase_summaries') }} as summaries
        on models.origin_date = summaries.origin_date

    group by
        models.origin_date, models.shift, summaries.repeat_count, summaries.recency_days,
        summaries.age_days
),

{{ covariances(
    name='covaried',
    key='origin_date',
    best='best',
    data='histories',
    parameters=purchase_parameters(),
    derived=purchase_derived(),
    observed=['shift', 'x', 'recency', 'age', 'clients'],
    steps=purchase_likelihood_steps(),
    log_likelihood=purchase_log_likelihood(),
) }},

final as (
    select
        origin_date,
        covariance_1_1,
        covariance_1_2,
        covariance_1_3,
        covariance_1_4,
        covariance_2_2,
        covariance_2_3,
        covariance_2_4,
        covariance_3_3,
        covariance_3_4,
        covariance_4_4

    from covaried
)

select * from final
