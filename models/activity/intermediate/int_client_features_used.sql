-- Grain: one row per counted client and feature that it has used by as_of_date.

with

usage_daily as (
    select * from {{ ref('active_clients', 'fct_usage_daily') }}
    where exclusion_reason is null
        and feature <> 'unknown'
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

final as (
    select
        usage_daily.client_id,
        usage_daily.feature,
        cast(sum(usage_daily.event_count) as bigint) as event_count,
        cast(sum(case
            when {{ add_days('usage_daily.activity_date', 90) }} > as_of.as_of_date
                then usage_daily.event_count
            else 0
        end) as bigint) as recent_event_count,
        min(usage_daily.activity_date) as first_used_date,
        max(usage_daily.activity_date) as last_used_date

    from usage_daily
    cross join as_of

    group by usage_daily.client_id, usage_daily.feature
)

select * from final
