-- Each active client and user is counted under one segment and one plan.

with

counts as (
    select
        'client' as entity_type,
        definition_id,
        window_days,
        activity_date,
        attribute,
        active_client_count as active_count

    from {{ ref('active_clients', 'fct_active_clients_daily') }}

    union all

    select
        'user' as entity_type,
        definition_id,
        window_days,
        activity_date,
        attribute,
        active_user_count as active_count

    from {{ ref('active_clients', 'fct_active_users_daily') }}
),

sums as (
    select
        entity_type,
        definition_id,
        window_days,
        activity_date,
        sum(case when attribute = 'all' then active_count else 0 end) as all_count,
        sum(case when attribute = 'segment' then active_count else 0 end) as segment_count,
        sum(case when attribute = 'entitled_plan' then active_count else 0 end) as plan_count

    from counts

    group by entity_type, definition_id, window_days, activity_date
)

select * from sums
where all_count <> segment_count or all_count <> plan_count
