-- Grain: one row per subscription and term [term_start_date, term_end_date): what one bill pays
-- for, counted from the first day of the run, so that a 31st stays a month's end.
-- A term that the run's end cuts short ends there.

with

runs as (
    select
        runs.*,
        as_of.as_of_date,
        cast(floor({{ dbt.datediff(
            'runs.run_start_date',
            'coalesce(runs.run_end_date, as_of.as_of_date)',
            'day',
        ) }} / cast(runs.term_days + 28 * runs.term_months as {{ type_double() }})) as integer)
            as last_term_number

    from {{ ref('int_subscription_runs') }} as runs
    cross join {{ ref('as_of') }} as as_of
),

numbers as (
    select row_number() over (order by date_day) - 1 as term_number
    from {{ ref('dim_dates') }}
),

terms as (
    select
        runs.*,
        numbers.term_number,
        case
            when runs.term_days > 0 then {{ add_days(
                'runs.run_start_date', 'cast(numbers.term_number * runs.term_days as integer)'
            ) }}
            else {{ add_months(
                'runs.run_start_date', 'cast(numbers.term_number * runs.term_months as integer)'
            ) }}
        end as term_start_date,
        case
            when runs.term_days > 0 then {{ add_days(
                'runs.run_start_date',
                'cast((numbers.term_number + 1) * runs.term_days as integer)'
            ) }}
            else {{ add_months(
                'runs.run_start_date',
                'cast((numbers.term_number + 1) * runs.term_months as integer)'
            ) }}
        end as due_date

    from runs
    inner join numbers
        on runs.last_term_number >= numbers.term_number
),

final as (
    select
        subscription_id,
        client_id,
        billing_interval,
        is_cancellation_scheduled,
        coalesce(run_end_date < due_date, false) as is_cut_short,
        term_start_date,
        case
            when run_end_date < due_date then run_end_date
            else due_date
        end as term_end_date

    from terms

    where term_start_date < coalesce(run_end_date, {{ add_days('as_of_date', 1) }})
)

select * from final
