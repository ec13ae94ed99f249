-- Grain: one row per unit of count, survey purpose and month: the score as it would be if
-- every segment had answered in proportion to its clients that pay or are active.

with

counts as (
    select * from {{ ref('active_clients', 'int_nps_counts') }}
    where attribute = 'segment'
        and response_count > 0
),

client_months as (
    select * from {{ ref('active_clients', 'int_current_client_months') }}
),

versions as (
    select * from {{ ref('active_clients', 'dim_client_versions') }}
),

population as (
    select
        client_months.period_month,
        versions.segment,
        count(*) as client_count,
        sum(count(*)) over (partition by client_months.period_month) as all_client_count

    from client_months
    inner join versions
        on client_months.client_id = versions.client_id
            and {{ is_within('client_months.period_end_date', 'versions') }}

    group by client_months.period_month, versions.segment
),

weighted as (
    select
        counts.*,
        population.client_count,
        population.all_client_count,
        cast(population.client_count as {{ type_double() }})
        / sum(population.client_count) over (
            partition by counts.unit_of_count, counts.survey_purpose, counts.period_month
        ) as weight

    from counts
    inner join population
        on counts.period_month = population.period_month
            and counts.attribute_value = population.segment
),

-- Decimals, so that the order of the segments cannot matter.
summed as (
    select
        unit_of_count,
        survey_purpose,
        period_month,
        sum(cast(
            weight * 100 * (promoter_count - detractor_count) / response_count
            as decimal(18, 9)
        )) as weighted_nps,
        sum(cast(
            weight * {{ nps_adjusted('promoter_count', 'detractor_count', 'response_count') }}
            as decimal(18, 9)
        )) as adjusted_nps,
        sum(cast(
            weight * weight
            * {{ nps_variance('promoter_count', 'detractor_count', 'response_count') }}
            as decimal(18, 9)
        )) as squared_error,
        sum(client_count) as covered_client_count,
        max(all_client_count) as all_client_count

    from weighted

    group by unit_of_count, survey_purpose, period_month
),

bounded as (
    select
        *,
        cast(adjusted_nps as {{ type_double() }})
        - 1.959963984540054 * sqrt(cast(squared_error as {{ type_double() }})) as lower_bound,
        cast(adjusted_nps as {{ type_double() }})
        + 1.959963984540054 * sqrt(cast(squared_error as {{ type_double() }})) as upper_bound

    from summed
),

final as (
    select
        unit_of_count,
        survey_purpose,
        cast(weighted_nps as decimal(9, 4)) as weighted_nps,
        cast(greatest(-100.0, lower_bound) as decimal(9, 4)) as weighted_nps_lower,
        cast(least(100.0, upper_bound) as decimal(9, 4)) as weighted_nps_upper,
        {{ rate('covered_client_count', 'all_client_count') }} as weight_coverage_rate,
        period_month

    from bounded
)

select * from final
