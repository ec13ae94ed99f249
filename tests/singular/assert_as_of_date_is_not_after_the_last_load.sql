-- Nothing is known of days after the last load: with an as_of_date there, all clients would
-- fall silent and leave. The cure: leave as_of_date empty, or load first.

with

loads as (
    select max(last_loaded_date) as last_loaded_date
    from {{ ref('active_clients', 'int_table_loads') }}
)

select
    as_of.as_of_date,
    loads.last_loaded_date

from {{ ref('active_clients', 'as_of') }} as as_of
cross join loads

where as_of.as_of_date > loads.last_loaded_date
