-- Grain: one row per definition, client, user, event name, feature and day with at least one
-- qualifying event: a core action of the definition by a client and user that count.

{{ config(materialized='view') }}

with

usage_daily as (
    select * from {{ ref('fct_usage_daily') }}
    where exclusion_reason is null
),

definitions as (
    select * from {{ ref('active_definitions') }}
),

core_actions as (
    select * from {{ ref('core_actions') }}
),

-- An event name listed by itself decides; '*' decides for all that are not listed.
qualifying_usage as (
    select
        definitions.definition_id,
        usage_daily.*

    from usage_daily
    inner join definitions
        on {{ is_within('usage_daily.activity_date', 'definitions') }}
    left join core_actions as named_actions
        on definitions.definition_id = named_actions.definition_id
            and usage_daily.event_name = named_actions.event_name
            and {{ is_within('usage_daily.activity_date', 'named_actions') }}
    left join core_actions as other_actions
        on definitions.definition_id = other_actions.definition_id
            and other_actions.event_name = '*'
            and {{ is_within('usage_daily.activity_date', 'other_actions') }}

    where coalesce(named_actions.is_core, other_actions.is_core, false)
),

final as (
    select
        definition_id,
        client_id,
        user_id,
        event_name,
        feature,
        cast(sum(event_count) as bigint) as event_count,
        activity_date

    from qualifying_usage

    group by definition_id, client_id, user_id, event_name, feature, activity_date
)

select * from final
