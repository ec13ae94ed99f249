-- Grain: one row per definition, client, user and day with at least one qualifying event.

with

core_usage as (
    select * from {{ ref('active_clients', 'int_core_usage_daily') }}
    where exclusion_reason is null
),

final as (
    select
        definition_id,
        client_id,
        user_id,
        cast(sum(event_count) as bigint) as event_count,
        activity_date

    from core_usage

    group by definition_id, client_id, user_id, activity_date
)

select * from final
