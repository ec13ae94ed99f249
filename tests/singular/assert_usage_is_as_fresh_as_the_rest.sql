-- Warns when the last usage was loaded before the last complete day was over, though another
-- table was loaded since, or when it happened so long before that nobody is active on that
-- day: on the days in between everybody looks silent. One row: how many.

{{ config(severity='warn') }}

with

loads as (
    select * from {{ ref('active_clients', 'int_table_loads') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

last_loads as (
    select
        max(case when table_name = 'usage_events' then last_loaded_date end)
            as usage_loaded_date,
        max(case when table_name = 'usage_events' then last_happened_date end)
            as last_usage_date,
        max(last_loaded_date) as last_loaded_date

    from loads
)

select
    last_loads.last_usage_date,
    last_loads.usage_loaded_date,
    last_loads.last_loaded_date,
    as_of.as_of_date,
    {{ dbt.datediff(
        'last_loads.last_usage_date', 'as_of.as_of_date', 'day'
    ) }} as days_without_usage

from last_loads
cross join as_of

where (
    last_loads.usage_loaded_date <= as_of.as_of_date
    and last_loads.usage_loaded_date < last_loads.last_loaded_date
)
or last_loads.last_usage_date < {{ add_days('as_of.as_of_date', -27) }}
