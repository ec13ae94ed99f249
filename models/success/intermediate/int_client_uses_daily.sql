-- Grain: one row per client and active day, by the default definition, with the number of
-- its uses (qualifying events) so far.

with

activity as (
    select * from {{ ref('fct_client_activity_daily') }}
    where definition_id = {{ default_definition() }}
),

final as (
    select
        client_id,
        activity_date,
        event_count,
        cast(sum(event_count) over (
            partition by client_id
            order by activity_date
            rows between unbounded preceding and current row
        ) as bigint) as total_event_count

    from activity
)

select * from final
