-- Grain: one row per definition, entity type, cohort month and period, in months since the
-- cohort month, up to the month of as_of_date.
-- N-day ("on") retention: the share of the cohort active in that very period. A period that
-- has not fully elapsed is immature: its counts and rates are null, never 0.

with

active_months as (
    select * from {{ ref('int_active_months') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

months as (
    select distinct month_start_date
    from {{ ref('dim_dates') }}
),

cohorts as (
    select
        definition_id,
        entity_type,
        cohort_month,
        count(*) as cohort_size

    from active_months

    where activity_month = cohort_month

    group by definition_id, entity_type, cohort_month
),

cells as (
    select
        cohorts.definition_id,
        cohorts.entity_type,
        cohorts.cohort_month,
        cohorts.cohort_size,
        months.month_start_date as activity_month,
        {{ month_end('months.month_start_date') }} <= as_of.as_of_date as is_mature

    from cohorts
    cross join as_of
    inner join months
        on cohorts.cohort_month <= months.month_start_date
            and as_of.as_of_date >= months.month_start_date
),

retained as (
    select
        definition_id,
        entity_type,
        cohort_month,
        activity_month,
        count(*) as retained_count

    from active_months

    group by definition_id, entity_type, cohort_month, activity_month
),

counted_cells as (
    select
        cells.*,
        case when cells.is_mature then cells.cohort_size end as eligible_count,
        case when cells.is_mature then coalesce(retained.retained_count, 0) end
            as retained_count

    from cells
    left join retained
        on cells.definition_id = retained.definition_id
            and cells.entity_type = retained.entity_type
            and cells.cohort_month = retained.cohort_month
            and cells.activity_month = retained.activity_month
),

final as (
    select
        -- keys
        definition_id,
        entity_type,
        cohort_month,
        {{ months_between('cohort_month', 'activity_month') }} as period_number,

        -- numerics
        cast(cohort_size as bigint) as cohort_size,
        cast(eligible_count as bigint) as eligible_count,
        cast(retained_count as bigint) as retained_count,
        {{ rate('retained_count', 'eligible_count') }} as retention_rate,
        {{ wilson('retained_count', 'eligible_count', 'lower') }} as retention_rate_lower,
        {{ wilson('retained_count', 'eligible_count', 'upper') }} as retention_rate_upper,

        -- booleans
        is_mature,
        definition_id = {{ default_definition() }} as is_default_definition,

        -- dates
        activity_month

    from counted_cells
)

select * from final
