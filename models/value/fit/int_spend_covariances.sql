-- Grain: one row when the gamma-gamma model is used on as_of_date: covariances of the
-- logarithms of p, q - 1 and v, which say how sure they are; null where the likelihood is flat.
-- What is at a bound of the search counts as known.

with

fits as (
    select fits.*
    from {{ ref('active_clients', 'int_spend_fits') }} as fits
    inner join {{ ref('active_clients', 'as_of') }} as as_of
        on fits.origin_date = as_of.as_of_date

    where fits.is_converged
),

best as (
    select
        origin_date,
        ln(cast(p as {{ type_double() }})) as log_p,
        ln(cast(q - 1 as {{ type_double() }})) as log_excess,
        ln(cast(v as {{ type_double() }})) as log_v,
        case when p > 8000 then 0 else 1 end as is_free_1,
        case when q > 8000 then 0 else 1 end as is_free_2,
        1 as is_free_3

    from fits
),

histories as (
    select
        origin_date,
        cast(repeat_count as {{ type_double() }}) as x,
        cast(repeat_value_amount as {{ type_double() }}) as m

    from {{ ref('active_clients', 'int_purchase_summaries') }}

    where repeat_count > 0
        and repeat_value_amount > 0
),

{{ covariances(
    name='covaried', key='origin_date', best='best', data='histories', **spend_likelihood()
) }},

final as (
    select
        origin_date,
        covariance_1_1,
        covariance_1_2,
        covariance_1_3,
        covariance_2_2,
        covariance_2_3,
        covariance_3_3

    from covaried
)

select * from final
