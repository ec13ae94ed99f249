-- No raw table has a larger share of quarantined rows than quarantine_rate_max; a table of
-- fewer than small_table_row_count rows may have up to quarantine_rate_max_small_table.

with

tables as (
    select
        source_name,
        table_name,
        sum(raw_row_count) as raw_row_count,
        sum(quarantined_row_count) as quarantined_row_count,
        {{ rate('sum(quarantined_row_count)', 'sum(raw_row_count)') }} as quarantine_rate,
        case
            when sum(raw_row_count) < {{ number_var('small_table_row_count') }}
                then {{ number_var('quarantine_rate_max_small_table') }}
            else {{ number_var('quarantine_rate_max') }}
        end as quarantine_rate_max

    from {{ ref('fct_row_dispositions') }}

    group by source_name, table_name
)

select * from tables
where quarantine_rate > quarantine_rate_max
