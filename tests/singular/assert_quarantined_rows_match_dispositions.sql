-- Rows listed as quarantined are as many as are counted as quarantined, per table and load day.

with

listed as (
    select
        source_name,
        table_name,
        loaded_date,
        count(*) as row_count

    from {{ ref('active_clients', 'fct_quarantined_rows') }}

    group by source_name, table_name, loaded_date
),

counted as (
    select * from {{ ref('active_clients', 'fct_row_dispositions') }}
    where quarantined_row_count > 0
)

select
    coalesce(listed.table_name, counted.table_name) as table_name,
    coalesce(listed.loaded_date, counted.loaded_date) as loaded_date,
    listed.row_count,
    counted.quarantined_row_count

from listed
full join counted
    on listed.source_name = counted.source_name
        and listed.table_name = counted.table_name
        and listed.loaded_date = counted.loaded_date

where coalesce(listed.row_count, 0) <> coalesce(counted.quarantined_row_count, 0)
