-- Grain: one row per definition, client and feature that the client has used: on how many days,
-- how lately, since when, and on how many of them no plan entitled it to the feature. Events
-- without a feature are left out.

with

core_usage as (
    select * from {{ ref('active_clients', 'int_core_usage_daily') }}
    where exclusion_reason is null
        and feature <> 'unknown'
),

entitlements as (
    select * from {{ ref('active_clients', 'int_client_feature_entitlements') }}
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

feature_days as (
    select
        definition_id,
        client_id,
        feature,
        cast(sum(event_count) as bigint) as event_count,
        activity_date

    from core_usage

    group by definition_id, client_id, feature, activity_date
),

entitled_days as (
    select
        feature_days.definition_id,
        feature_days.client_id,
        feature_days.feature,
        feature_days.event_count,
        max(case when entitlements.client_id is not null then 1 else 0 end) = 1
            as is_entitled,
        feature_days.activity_date

    from feature_days
    left join entitlements
        on feature_days.client_id = entitlements.client_id
            and feature_days.feature = entitlements.feature
            and {{ is_within('feature_days.activity_date', 'entitlements') }}

    group by
        feature_days.definition_id,
        feature_days.client_id,
        feature_days.feature,
        feature_days.event_count,
        feature_days.activity_date
),

dated_uses as (
    select
        entitled_days.*,
        {{ dbt.datediff(
            'entitled_days.activity_date', last_known_date('definitions'), 'day'
        ) }} as age_days

    from entitled_days
    cross join as_of
    inner join definitions
        on entitled_days.definition_id = definitions.definition_id
),

-- The last four weeks are the four times seven days that end with the last day known.
final as (
    select
        definition_id,
        client_id,
        feature,
        count(*) as active_day_count,
        sum(case when is_entitled then 0 else 1 end) as unentitled_day_count,
        sum(event_count) as event_count,
        count(distinct case when age_days < 28 then floor(age_days / 7.0) end)
            as recent_week_count,
        min(activity_date) as first_used_date,
        min(case when is_entitled then activity_date end) as adopted_date,
        max(activity_date) as last_used_date

    from dated_uses

    group by definition_id, client_id, feature
)

select * from final
