-- Grain: one row per segment (`all` for all of them) and step from paying client to advocate,
-- at the end of the last complete week. Who has reached a step has reached those before it.

with

health as (
    select * from {{ ref('active_clients', 'fct_client_health') }}
    where is_latest
),

features as (
    select * from {{ ref('active_clients', 'int_client_week_facts') }}
),

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
),

referrals as (
    select * from {{ ref('active_clients', 'int_referrals') }}
),

referrers as (
    select
        referrer_client_id as client_id,
        count(converted_date) as converted_count

    from referrals

    group by referrer_client_id
),

client_steps as (
    select
        clients.segment,
        health.client_id,
        case
            when features.nps_score is null then 1
            when features.nps_score < 9 then 2
            when health.health_band <> 'green' then 3
            when referrers.client_id is null then 4
            when referrers.converted_count = 0 then 5
            else 6
        end as step_reached

    from health
    inner join clients
        on health.client_id = clients.client_id
    inner join features
        on health.client_id = features.client_id
            and health.snapshot_date = features.snapshot_date
    left join referrers
        on health.client_id = referrers.client_id
),

segmented as (
    select
        'all' as segment,
        client_id,
        step_reached

    from client_steps

    union all

    select
        segment,
        client_id,
        step_reached

    from client_steps
),

steps as (
    select
        1 as step_number,
        'paying' as step_name
    union all
    select
        2 as step_number,
        'surveyed' as step_name
    union all
    select
        3 as step_number,
        'promoter' as step_name
    union all
    select
        4 as step_number,
        'healthy_promoter' as step_name
    union all
    select
        5 as step_number,
        'referrer' as step_name
    union all
    select
        6 as step_number,
        'successful_referrer' as step_name
),

counts as (
    select
        segmented.segment,
        steps.step_number,
        steps.step_name,
        sum(case when segmented.step_reached >= steps.step_number then 1 else 0 end)
            as client_count,
        sum(case when segmented.step_reached >= steps.step_number - 1 then 1 else 0 end)
            as previous_count,
        count(*) as paying_count

    from segmented
    cross join steps

    group by segmented.segment, steps.step_number, steps.step_name
),

final as (
    select
        -- keys
        segment,
        step_name,

        -- numerics
        step_number,
        cast(client_count as bigint) as client_count,
        cast(previous_count as bigint) as previous_client_count,
        cast(paying_count as bigint) as paying_client_count,
        {{ rate('client_count', 'previous_count') }} as step_rate,
        {{ wilson('client_count', 'previous_count', 'lower') }} as step_rate_lower,
        {{ wilson('client_count', 'previous_count', 'upper') }} as step_rate_upper,
        {{ rate('client_count', 'paying_count') }} as overall_rate

    from counts
)

select * from final
