-- Grain: one row per delivered client and user, event name, feature, activity day and load
-- day. `client_id` and `user_id` are those they were merged into; `exclusion_reason` says
-- why a row of an internal client or user does not count.

{{ config(materialized='view') }}

with

usage_events as (
    select * from {{ ref('active_clients', 'int_usage_events') }}
    where disposition = 'accepted'
),

clients as (
    select * from {{ ref('active_clients', 'int_client_identities') }}
),

users as (
    select * from {{ ref('active_clients', 'int_user_identities') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

final as (
    select
        -- ids
        usage_events.client_id as delivered_client_id,
        usage_events.user_id as delivered_user_id,
        clients.canonical_client_id as client_id,
        coalesce(users.canonical_user_id, usage_events.user_id) as user_id,

        -- strings
        usage_events.event_name,
        usage_events.feature,
        coalesce(clients.exclusion_reason, users.exclusion_reason) as exclusion_reason,

        -- numerics
        cast(usage_events.row_count as bigint) as event_count,
        cast(usage_events.quantity as {{ type_ledger_sum() }}) as quantity,

        -- dates
        usage_events.activity_date,
        usage_events.loaded_date

    from usage_events
    inner join clients
        on usage_events.client_id = clients.client_id
    left join users
        on usage_events.user_id = users.user_id
    cross join as_of

    where usage_events.activity_date <= as_of.as_of_date
)

select * from final
