-- Grain: one row per measure, number of months ahead, and origin that is as long ago, and one
-- over all origins (`all`): the forecast that was made on the origin from what was known then,
-- against what came and two simple rules. Errors are shares of what was there on the origin.

with

errors as (
    select
        *,
        cast(origin_date as {{ dbt.type_string() }}) as origin

    from {{ ref('active_clients', 'int_forecast_errors') }}
),

skills as (
    select * from {{ ref('active_clients', 'int_forecast_skills') }}
),

numbers as (
    select * from {{ ref('active_clients', 'numbers') }}
    where number between 1 and 12
),

measures as (
    select 'mrr' as measure
    union all
    select 'paying_clients' as measure
),

origins as (
    select
        measures.measure,
        numbers.number as month_number,
        'all' as origin,
        cast(null as date) as origin_date

    from measures
    cross join numbers

    union all

    select
        measure,
        month_number,
        origin,
        origin_date

    from errors
),

-- Each error counts for its origin and for all of them.
counted as (
    select
        errors.*,
        'all' as counted_origin

    from errors

    union all

    select
        errors.*,
        errors.origin as counted_origin

    from errors
),

summed as (
    select
        origins.measure,
        origins.month_number,
        origins.origin,
        origins.origin_date,
        count(counted.error_rate) as origin_count,
        sum(case when counted.is_independent then 1 else 0 end) as independent_origin_count,
        sum(case when counted.is_covered then 1 else 0 end) as covered_count,
        count(counted.is_covered) as bounded_count,
        count(counted.same_growth_error_rate) as same_growth_count,
        sum(counted.error_rate) as error,
        sum(counted.no_change_error_rate) as no_change_error,
        sum(counted.same_growth_error_rate) as same_growth_error,
        sum(abs(counted.error_rate)) as absolute_error,
        sum(abs(counted.no_change_error_rate)) as no_change_absolute_error,
        sum(abs(counted.same_growth_error_rate)) as same_growth_absolute_error,
        sum({{ squared('counted.error_rate', 6) }}) as squared_error,
        sum({{ squared('counted.no_change_error_rate', 6) }}) as no_change_squared_error,
        sum({{ squared('counted.same_growth_error_rate', 6) }}) as same_growth_squared_error,
        sum(case when counted.is_reconstructed then 1 else 0 end) as reconstructed_count

    from origins
    left join counted
        on origins.measure = counted.measure
            and origins.month_number = counted.month_number
            and origins.origin = counted.counted_origin

    group by origins.measure, origins.month_number, origins.origin, origins.origin_date
),

final as (
    select
        -- keys
        summed.measure,
        cast(summed.month_number as integer) as month_number,
        summed.origin,

        -- strings
        case
            when summed.origin <> 'all' then null
            when summed.origin_count = 0 then 'no_origins'
            when no_change.is_beaten is null or same_growth.is_beaten is null
                then 'too_few_origins'
            when no_change.is_beaten and same_growth.is_beaten then 'better_than_both'
            when same_growth.is_beaten then 'no_better_than_no_change'
            when no_change.is_beaten then 'no_better_than_same_growth'
            else 'no_better_than_either'
        end as skill_reason,

        -- numerics
        cast(summed.origin_count as bigint) as origin_count,
        cast(summed.independent_origin_count as bigint) as independent_origin_count,
        cast(summed.bounded_count as bigint) as bounded_origin_count,
        errors.origin_amount,
        errors.forecast_amount,
        errors.forecast_amount_lower,
        errors.forecast_amount_upper,
        errors.same_growth_amount,
        errors.actual_amount,
        {{ rate('summed.error', 'summed.origin_count') }} as bias_rate,
        {{ rate('summed.no_change_error', 'summed.origin_count') }} as no_change_bias_rate,
        {{ rate('summed.same_growth_error', 'summed.same_growth_count') }}
            as same_growth_bias_rate,
        {{ rate('summed.absolute_error', 'summed.origin_count') }} as mean_error_rate,
        {{ rate('summed.no_change_absolute_error', 'summed.origin_count') }}
            as no_change_mean_error_rate,
        {{ rate('summed.same_growth_absolute_error', 'summed.same_growth_count') }}
            as same_growth_mean_error_rate,
        {{ root_mean('summed.squared_error', 'summed.origin_count', 12, 6) }} as rmse_rate,
        {{ root_mean('summed.no_change_squared_error', 'summed.origin_count', 12, 6) }}
            as no_change_rmse_rate,
        {{ root_mean('summed.same_growth_squared_error', 'summed.same_growth_count', 12, 6) }}
            as same_growth_rmse_rate,
        {{ rate('summed.covered_count', 'summed.bounded_count') }} as covered_rate,
        no_change.skill as no_change_skill,
        no_change.skill_lower as no_change_skill_lower,
        no_change.skill_upper as no_change_skill_upper,
        same_growth.skill as same_growth_skill,
        same_growth.skill_lower as same_growth_skill_lower,
        same_growth.skill_upper as same_growth_skill_upper,
        {{ rate('summed.reconstructed_count', 'summed.origin_count') }}
            as reconstructed_rate,

        -- booleans
        no_change.is_beaten as beats_no_change,
        same_growth.is_beaten as beats_same_growth,
        no_change.is_beaten and same_growth.is_beaten as has_skill,

        -- dates
        summed.origin_date,
        errors.forecast_date

    from summed
    left join errors
        on summed.measure = errors.measure
            and summed.month_number = errors.month_number
            and summed.origin = errors.origin
    left join skills as no_change
        on summed.measure = no_change.measure
            and summed.month_number = no_change.month_number
            and summed.origin = 'all'
            and no_change.rule_name = 'no_change'
    left join skills as same_growth
        on summed.measure = same_growth.measure
            and summed.month_number = same_growth.month_number
            and summed.origin = 'all'
            and same_growth.rule_name = 'same_growth'
)

select * from final
