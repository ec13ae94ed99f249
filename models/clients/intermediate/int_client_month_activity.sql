-- Grain: one row per client and month with at least one qualifying event, by the default
-- definition of an active client.

with

user_activity as (
    select * from {{ ref('fct_user_activity_daily') }}
    where definition_id = {{ default_definition() }}
),

final as (
    select
        client_id,
        {{ month_start('activity_date') }} as period_month,
        count(distinct user_id) as active_user_count,
        count(distinct activity_date) as active_day_count,
        cast(sum(event_count) as bigint) as event_count

    from user_activity

    group by client_id, {{ month_start('activity_date') }}
)

select * from final
