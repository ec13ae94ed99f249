-- Grain: one row per load day and activity day of usage events, as they are delivered now: how
-- many rows, and a checksum of all that was delivered and of what staging makes of it.

with

events as (
    select * from {{ ref('stg_product__usage_events') }}
),

final as (
    select
        loaded_date,
        activity_date,
        count(*) as row_count,
        cast(sum({{ usage_checksum() }}) as bigint) as checksum

    from events

    group by loaded_date, activity_date
)

select * from final
