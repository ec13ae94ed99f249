-- Grain: one row per load, told apart by its UTC day, and activity day of usage events, as they
-- are delivered now: how many rows, and a checksum of what came and what staging made of it.

with

events as (
    select * from {{ ref('active_clients', 'stg_product__usage_events') }}
),

final as (
    select
        events.loaded_utc_date,
        events.activity_date,
        count(*) as row_count,
        cast(sum({{ usage_checksum() }}) as bigint) as content_checksum

    from events

    group by events.loaded_utc_date, events.activity_date
)

select * from final
