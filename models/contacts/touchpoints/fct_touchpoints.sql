-- Grain: one row per touchpoint with a counted client by as_of_date.

{{ config(enabled=var('touchpoints_enabled')) }}

with

touchpoints as (
    select * from {{ ref('active_clients', 'int_touchpoints') }}
),

sequenced as (
    select
        *,
        lag(occurred_date) over (
            partition by client_id
            order by occurred_at, touchpoint_id
        ) as previous_date

    from touchpoints
),

final as (
    select
        -- ids
        touchpoint_id,
        client_id,
        user_id,

        -- strings
        channel,
        direction,
        topic,

        -- numerics
        cast(
            {{ dbt.datediff('previous_date', 'occurred_date', 'day') }}
            as bigint
        ) as days_since_previous,

        -- booleans
        is_outbound,
        is_reply,
        is_celebration,
        is_education,

        -- dates
        occurred_date,

        -- timestamps
        occurred_at

    from sequenced
)

select * from final
