-- Grain: one row per definition, client and feature that the client has used: on how many days,
-- how lately, and since when.

with

feature_days as (
    select * from {{ ref('int_client_feature_days') }}
),

definitions as (
    select * from {{ ref('active_definitions') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

dated_uses as (
    select
        feature_days.*,
        {{ dbt.datediff(
            'feature_days.activity_date', last_known_date('definitions'), 'day'
        ) }} as age_days

    from feature_days
    cross join as_of
    inner join definitions
        on feature_days.definition_id = definitions.definition_id
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
