-- Grain: one row per day and group of clients that share segment, plan and owner on it: how
-- many clients and users were active within 1, 7 and 28 days, by the default definition. A
-- client is in one group a day and a user belongs to one client, so a day's counts add up.

with

actives as (
    select * from {{ ref('active_clients', 'fct_client_actives_daily') }}
    where definition_id = {{ default_definition() }}
),

versions as (
    select * from {{ ref('active_clients', 'dim_client_versions') }}
),

final as (
    select
        -- keys
        versions.segment,
        versions.entitled_plan,
        versions.owner_id,

        -- numerics
        cast(sum(case when actives.is_daily_active then 1 else 0 end) as bigint)
            as daily_active_client_count,
        cast(sum(case when actives.is_weekly_active then 1 else 0 end) as bigint)
            as weekly_active_client_count,
        cast(sum(case when actives.is_monthly_active then 1 else 0 end) as bigint)
            as monthly_active_client_count,
        cast(sum(actives.daily_active_user_count) as bigint) as daily_active_user_count,
        cast(sum(actives.weekly_active_user_count) as bigint) as weekly_active_user_count,
        cast(sum(actives.monthly_active_user_count) as bigint) as monthly_active_user_count,

        -- dates
        actives.activity_date

    from actives
    inner join versions
        on actives.client_id = versions.client_id
            and {{ is_within('actives.activity_date', 'versions') }}

    group by
        actives.activity_date, versions.segment, versions.entitled_plan, versions.owner_id
)

select * from final
