-- The readable money on raw rows is the money in fct_row_dispositions, per table.

{% set tables = [
    ('crm', 'offers', 'amount'),
    ('billing', 'subscriptions', 'unit_price'),
    ('billing', 'invoices', 'amount'),
] %}

with

raw_money as (
    {%- for source_name, table_name, column in tables %}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        coalesce(sum({{ to_decimal(column) }}), 0) as amount

    from {{ raw_table(source_name, table_name) }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
),

dispositions as (
    select
        source_name,
        table_name,
        sum(raw_amount) as amount

    from {{ ref('active_clients', 'fct_row_dispositions') }}

    group by source_name, table_name
)

select
    raw_money.source_name,
    raw_money.table_name,
    raw_money.amount as raw_amount,
    dispositions.amount as ledger_amount

from raw_money
left join dispositions
    on raw_money.source_name = dispositions.source_name
        and raw_money.table_name = dispositions.table_name

where raw_money.amount <> coalesce(dispositions.amount, 0)
