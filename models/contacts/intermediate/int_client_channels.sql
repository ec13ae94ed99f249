-- Grain: one row per counted client with touchpoints: the channel on which it contacts us most
-- often; while it never did, that on which we contacted it most often.

with

touchpoints as (
    select * from {{ ref('active_clients', 'int_touchpoints') }}
    where channel <> 'unknown'
),

counts as (
    select
        client_id,
        channel,
        sum(case when is_outbound then 0 else 1 end) as inbound_count,
        count(*) as touchpoint_count,
        max(occurred_at) as last_occurred_at

    from touchpoints

    group by client_id, channel
),

ranked as (
    select
        client_id,
        channel,
        row_number() over (
            partition by client_id
            order by
                inbound_count desc, touchpoint_count desc, last_occurred_at desc, channel asc
        ) as channel_order

    from counts
),

final as (
    select
        client_id,
        channel as preferred_channel

    from ranked

    where channel_order = 1
)

select * from final
