-- Grain: one row per raw table and load day.
-- Every delivered row is accepted, a duplicate or quarantined; so is the money it bears.

with

rows_by_disposition as (
    select
        source_name,
        table_name,
        disposition,
        1 as row_count,
        amount,
        loaded_date

    from {{ ref('active_clients', 'int_rows_classified') }}

    union all

    select
        'product' as source_name,
        'usage_events' as table_name,
        disposition,
        row_count,
        quantity as amount,
        loaded_date

    from {{ ref('active_clients', 'int_usage_events') }}
),

final as (
    select
        -- keys
        source_name,
        table_name,

        -- numerics
        cast(sum(row_count) as bigint) as raw_row_count,
        cast(
            sum(case when disposition = 'accepted' then row_count else 0 end) as bigint
        ) as accepted_row_count,
        cast(
            sum(case when disposition = 'duplicate' then row_count else 0 end) as bigint
        ) as duplicate_row_count,
        cast(
            sum(case when disposition = 'quarantined' then row_count else 0 end) as bigint
        ) as quarantined_row_count,
        cast(coalesce(sum(amount), 0) as {{ type_ledger_sum() }}) as raw_amount,
        cast(
            sum(case when disposition = 'accepted' then coalesce(amount, 0) else 0 end)
            as {{ type_ledger_sum() }}
        ) as accepted_amount,
        cast(
            sum(case when disposition = 'duplicate' then coalesce(amount, 0) else 0 end)
            as {{ type_ledger_sum() }}
        ) as duplicate_amount,
        cast(
            sum(case when disposition = 'quarantined' then coalesce(amount, 0) else 0 end)
            as {{ type_ledger_sum() }}
        ) as quarantined_amount,

        -- dates
        loaded_date

    from rows_by_disposition

    group by source_name, table_name, loaded_date
)

select * from final
