-- Every raw row of every table and load day is in fct_row_dispositions exactly once. Counted
-- in the raw tables themselves, so that a row lost on the way shows.

{% set tables = row_ledger() + [{'source': 'product', 'table': 'usage_events'}] %}

with

raw_rows as (
    {%- for table in tables %}
    select
        '{{ table.source }}' as source_name,
        '{{ table.table }}' as table_name,
        coalesce(cast({{ to_utc('loaded_at') }} as date), {{ unknown_date() }})
            as loaded_date,
        count(*) as row_count

    from {{ raw_table(table.source, table.table) }}

    group by coalesce(cast({{ to_utc('loaded_at') }} as date), {{ unknown_date() }})
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

dispositions as (
    select * from {{ ref('active_clients', 'fct_row_dispositions') }}
)

select
    coalesce(raw_rows.source_name, dispositions.source_name) as source_name,
    coalesce(raw_rows.table_name, dispositions.table_name) as table_name,
    coalesce(raw_rows.loaded_date, dispositions.loaded_date) as loaded_date,
    raw_rows.row_count,
    dispositions.raw_row_count

from raw_rows
full join dispositions
    on raw_rows.source_name = dispositions.source_name
        and raw_rows.table_name = dispositions.table_name
        and raw_rows.loaded_date = dispositions.loaded_date

where coalesce(raw_rows.row_count, 0) <> coalesce(dispositions.raw_row_count, 0)
