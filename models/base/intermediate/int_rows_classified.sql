-- Grain: one row per delivered row of every raw table except product.usage_events, with its
-- disposition, all reasons for a rejection, the money it bears and the row as delivered.

{% set tables = row_ledger() %}

with

final as (
    {%- for table in tables %}
    {%- set texts = [] %}
    {%- for column in table.key %}
    {%- do texts.append("'|'") if not loop.first %}
    {%- do texts.append('coalesce(' ~ column ~ ", '')") %}
    {%- endfor %}
    select
        '{{ table.source }}' as source_name,
        '{{ table.table }}' as table_name,
        nullif({{ joined_text(texts) }}, '') as row_key,
        disposition,
        rejection_reasons,
        raw_row,
        cast({{ table.amount or 'null' }} as decimal(18, 4)) as amount,
        coalesce({{ reporting_date('loaded_at') }}, {{ unknown_date() }}) as loaded_date,
        loaded_at

    from {{ ref('active_clients', 'int_' ~ table.table ~ '_classified') }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
)

select * from final
