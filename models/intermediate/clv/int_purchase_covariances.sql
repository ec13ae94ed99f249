-- Grain: one row per model of purchases that is used on as_of_date: covariances of the
-- logarithms of its parameters, which say how sure they are; null where the likelihood is flat.

with

models as (
    select models.*
    from {{ ref('int_purchase_models') }} as models
    inner join {{ ref('as_of') }} as as_of
        on models.origin_date = as_of.as_of_date

    where models.is_chosen
),

best as (
    select
        origin_date,
        {%- for name in ['r', 'alpha', 'a', 'b'] %}
        ln(cast({{ name }} as {{ type_double() }})) as log_{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}

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
    inner join {{ ref('int_purchase_summaries') }} as summaries
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
        {%- for i in range(1, 5) %}
        {%- for j in range(i, 5) %}
        cast(covariance_{{ i }}_{{ j }} as decimal(28, 12)) as covariance_{{ i }}_{{ j }}
        {{- ',' if i + j < 8 }}
        {%- endfor %}
        {%- endfor %}

    from covaried
)

select * from final
