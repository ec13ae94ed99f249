-- Grain: one row per counted client and topic that we have been in touch about by the end of
-- the last complete week: when last.

with

touchpoints as (
    select * from {{ ref('int_touchpoints_classified') }}
    where disposition = 'accepted' and direction = 'outbound'
),

clients as (
    select * from {{ ref('int_client_identities') }}
    where exclusion_reason is null
),

last_snapshot as (
    select max(snapshot_date) as snapshot_date
    from {{ ref('int_client_identity_weeks') }}
),

final as (
    select
        clients.canonical_client_id as client_id,
        touchpoints.topic,
        max({{ reporting_date('touchpoints.occurred_at') }}) as last_contact_date

    from touchpoints
    inner join clients
        on touchpoints.client_id = clients.client_id
    inner join last_snapshot
        on {{ reporting_date('touchpoints.occurred_at') }} <= last_snapshot.snapshot_date

    group by clients.canonical_client_id, touchpoints.topic
)

select * from final
