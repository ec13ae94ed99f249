-- Grain: one row per retention definition, method (on, unbounded, bracket, rolling), attribute,
-- value, cohort and period number. Which share of a cohort came back: in the very period (on),
-- in it or later (unbounded), within some periods (bracket), in each one up to it (rolling).
-- A cell whose periods have not all elapsed is immature: its counts are null, never 0.

with

retention_definitions as (
    select * from {{ ref('active_clients', 'retention_definitions') }}
),

members as (
    select * from {{ ref('active_clients', 'int_retention_members') }}
),

cells as (
    select * from {{ ref('active_clients', 'int_retention_cells') }}
),

counts as (
    select * from {{ ref('active_clients', 'int_retention_counts') }}
),

cohorts as (
    select
        retention_id,
        attribute,
        attribute_value,
        cohort_index,
        count(*) as cohort_size

    from members

    group by retention_id, attribute, attribute_value, cohort_index
),

counted_cells as (
    select
        cohorts.attribute,
        cohorts.attribute_value,
        cohorts.cohort_size,
        cells.*,
        case when cells.is_mature then cohorts.cohort_size end as eligible_count,
        case
            when not cells.is_mature then null
            when cells.period_number = 0 then cohorts.cohort_size
            else coalesce(counts.retained_count, 0)
        end as retained_count

    from cohorts
    inner join cells
        on cohorts.retention_id = cells.retention_id
            and cohorts.cohort_index = cells.cohort_index
    left join counts
        on cohorts.retention_id = counts.retention_id
            and cohorts.attribute = counts.attribute
            and cohorts.attribute_value = counts.attribute_value
            and cohorts.cohort_index = counts.cohort_index
            and cells.retention_method = counts.retention_method
            and cells.period_number = counts.period_number
),

final as (
    select
        -- keys
        counted_cells.retention_id,
        counted_cells.retention_method,
        counted_cells.attribute,
        counted_cells.attribute_value,
        counted_cells.cohort_start_date,
        counted_cells.period_number,

        -- strings
        retention_definitions.definition_id,
        retention_definitions.entity_type,
        retention_definitions.period_grain,

        -- numerics
        counted_cells.last_period_number,
        cast(counted_cells.cohort_size as bigint) as cohort_size,
        cast(counted_cells.eligible_count as bigint) as eligible_count,
        cast(counted_cells.retained_count as bigint) as retained_count,
        {{ rate('retained_count', 'eligible_count') }} as retention_rate,
        {{ wilson('retained_count', 'eligible_count', 'lower') }} as retention_rate_lower,
        {{ wilson('retained_count', 'eligible_count', 'upper') }} as retention_rate_upper,

        -- booleans
        counted_cells.is_mature,

        -- dates
        counted_cells.period_start_date

    from counted_cells
    inner join retention_definitions
        on counted_cells.retention_id = retention_definitions.retention_id
)

select * from final
