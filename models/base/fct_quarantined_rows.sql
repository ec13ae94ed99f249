-- Grain: one row per quarantined raw row, with all its reasons and the row as delivered.
-- It is rebuilt from the raw tables, so a row leaves it when its cause is mended.

with

clients as (
    select client_id as known_client_id
    from {{ ref('active_clients', 'int_client_identities') }}
),

small_tables as (
    select * from {{ ref('active_clients', 'int_rows_classified') }}
    where disposition = 'quarantined'
),

events as (
    select * from {{ ref('active_clients', 'int_usage_events_quarantined') }}
),

judged_events as (
    select
        'product' as source_name,
        'usage_events' as table_name,
        events.event_id as row_key,
        {{ comma_list([
            'events.invalid_reasons',
            'case when events.client_id is not null and clients.known_client_id is null'
            ~ " then 'unknown_client:client_id' end",
        ]) }} as rejection_reasons,
        events.raw_row,
        events.loaded_date,
        events.loaded_at

    from events
    left join clients
        on events.client_id = clients.known_client_id
),

quarantined as (
    select
        source_name,
        table_name,
        row_key,
        rejection_reasons,
        raw_row,
        loaded_date,
        loaded_at

    from small_tables

    union all

    select
        source_name,
        table_name,
        row_key,
        rejection_reasons,
        raw_row,
        loaded_date,
        loaded_at

    from judged_events

    where rejection_reasons is not null
),

-- Rows that are alike to the letter are told apart by a number.
numbered as (
    select
        *,
        row_number() over (
            partition by source_name, table_name, raw_row
            order by loaded_at
        ) as occurrence_number

    from quarantined
),

final as (
    select
        -- keys
        {{ surrogate_key(['source_name', 'table_name', 'raw_row', 'occurrence_number']) }}
            as quarantined_row_id,
        source_name,
        table_name,

        -- strings
        row_key,
        rejection_reasons,
        raw_row,

        -- dates
        loaded_date,

        -- timestamps
        loaded_at

    from numbered
)

select * from final
