-- Grain: one row per definition and row of `fct_usage_daily` that is a core action of it. Those
-- who read it leave out whom they do not count, and group it by themselves.

{{ config(materialized='view') }}

with

usage_daily as (
    select * from {{ ref('active_clients', 'fct_usage_daily') }}
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

core_actions as (
    select * from {{ ref('active_clients', 'core_actions') }}
),

-- An event name listed by itself decides; '*' decides for all that are not listed.
final as (
    select
        -- ids
        definitions.definition_id,
        usage_daily.delivered_client_id,
        usage_daily.delivered_user_id,
        usage_daily.client_id,
        usage_daily.user_id,

        -- strings
        usage_daily.event_name,
        usage_daily.feature,
        usage_daily.exclusion_reason,

        -- numerics
        usage_daily.event_count,

        -- dates
        usage_daily.activity_date,
        usage_daily.loaded_date

    from usage_daily
    inner join definitions
        on {{ is_within('usage_daily.activity_date', 'definitions') }}
    left join core_actions as named_actions
        on definitions.definition_id = named_actions.definition_id
            and usage_daily.event_name = lower(trim(named_actions.event_name))
            and {{ is_within('usage_daily.activity_date', 'named_actions') }}
    left join core_actions as other_actions
        on definitions.definition_id = other_actions.definition_id
            and trim(other_actions.event_name) = '*'
            and {{ is_within('usage_daily.activity_date', 'other_actions') }}

    where coalesce(named_actions.is_core, other_actions.is_core, false)
)

select * from final
