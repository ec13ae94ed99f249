-- Warns when the last load of one table is a month or more after that of any other: as_of_date
-- follows the last load, and one mistyped loaded_at would make it a day far away.

{{ config(severity='warn') }}

with

loads as (
    select
        table_name,
        last_loaded_date,
        lead(last_loaded_date) over (order by last_loaded_date desc) as next_loaded_date,
        row_number() over (order by last_loaded_date desc) as place

    from {{ ref('active_clients', 'int_table_loads') }}
)

select
    table_name,
    last_loaded_date,
    next_loaded_date

from loads

where place = 1
    and last_loaded_date >= {{ add_days('next_loaded_date', 31) }}
