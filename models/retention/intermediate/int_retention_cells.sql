-- Grain: one row per retention definition, cohort, method and period number that has begun by
-- as_of_date. A cell spans the periods from `period_number` to `last_period_number`; it is
-- mature when the last of them has elapsed, and where any core action is a return, had before
-- the definition ended.

with

starts as (
    select * from {{ ref('active_clients', 'int_retention_starts') }}
),

retention_definitions as (
    select * from {{ ref('active_clients', 'retention_definitions') }}
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

brackets as (
    select * from {{ ref('active_clients', 'retention_brackets') }}
),

periods as (
    select distinct
        period_grain,
        period_index,
        period_start_date,
        period_end_date

    from {{ ref('active_clients', 'int_date_periods') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

cohorts as (
    select distinct
        starts.retention_id,
        starts.cohort_index,
        retention_definitions.period_grain,
        retention_definitions.period_count,
        case
            when retention_definitions.return_event_name is null
                then {{ or_never('definitions.valid_to') }}
            else {{ never() }}
        end as returns_valid_to

    from starts
    inner join retention_definitions
        on starts.retention_id = retention_definitions.retention_id
    inner join definitions
        on retention_definitions.definition_id = definitions.definition_id
),

methods as (
    select 'on' as retention_method
    union all
    select 'unbounded' as retention_method
    union all
    select 'rolling' as retention_method
),

spans as (
    select
        cohorts.retention_id,
        cohorts.cohort_index,
        cohorts.period_grain,
        cohorts.returns_valid_to,
        'bracket' as retention_method,
        brackets.bracket_start as period_number,
        brackets.bracket_end - 1 as last_period_number

    from cohorts
    inner join brackets
        on cohorts.period_grain = brackets.period_grain
            and cohorts.period_count >= brackets.bracket_start

    union all

    select
        cohorts.retention_id,
        cohorts.cohort_index,
        cohorts.period_grain,
        cohorts.returns_valid_to,
        methods.retention_method,
        periods.period_index - cohorts.cohort_index as period_number,
        periods.period_index - cohorts.cohort_index as last_period_number

    from cohorts
    cross join methods
    inner join periods
        on cohorts.period_grain = periods.period_grain
            and cohorts.cohort_index <= periods.period_index
            and cohorts.cohort_index + cohorts.period_count >= periods.period_index
),

-- Left joins keep engines from joining the periods with each other first.
final as (
    select
        spans.retention_id,
        spans.retention_method,
        spans.cohort_index,
        cast(spans.period_number as integer) as period_number,
        cast(spans.last_period_number as integer) as last_period_number,
        coalesce(
            last_periods.period_end_date <= as_of.as_of_date
            and last_periods.period_end_date < spans.returns_valid_to,
            false
        ) as is_mature,
        cohort_periods.period_start_date as cohort_start_date,
        first_periods.period_start_date

    from spans
    cross join as_of
    left join periods as cohort_periods
        on spans.period_grain = cohort_periods.period_grain
            and spans.cohort_index = cohort_periods.period_index
    left join periods as first_periods
        on spans.period_grain = first_periods.period_grain
            and spans.cohort_index + spans.period_number = first_periods.period_index
    left join periods as last_periods
        on spans.period_grain = last_periods.period_grain
            and spans.cohort_index + spans.last_period_number = last_periods.period_index

    where first_periods.period_start_date <= as_of.as_of_date
)

select * from final
