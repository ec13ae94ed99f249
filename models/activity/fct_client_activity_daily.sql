-- Grain: one row per definition, client and day with at least one qualifying event.
-- Quiet days have no row; join `dim_dates` to get them back as zeroes.

with

user_activity as (
    select * from {{ ref('active_clients', 'fct_user_activity_daily') }}
),

final as (
    select
        definition_id,
        client_id,
        count(*) as active_user_count,
        cast(sum(event_count) as bigint) as event_count,
        activity_date

    from user_activity

    group by definition_id, client_id, activity_date
)

select * from final
