-- Who came back in a period or later is among those who came back in an earlier one or later.

with

retention as (
    select * from {{ ref('active_clients', 'fct_usage_retention') }}
    where retention_method = 'unbounded' and is_mature
),

sequenced as (
    select
        *,
        lag(retained_count) over (
            partition by retention_id, attribute, attribute_value, cohort_start_date
            order by period_number
        ) as previous_count

    from retention
)

select
    retention_id,
    attribute,
    attribute_value,
    cohort_start_date,
    period_number,
    retained_count,
    previous_count

from sequenced

where retained_count > previous_count
