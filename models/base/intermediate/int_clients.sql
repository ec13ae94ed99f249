-- Grain: one row per client that was not merged into another, with its own attributes.
-- Internal clients are listed with the reason why no mart counts them.

with

clients as (
    select * from {{ ref('active_clients', 'int_clients_classified') }}
    where disposition = 'accepted'
),

identities as (
    select * from {{ ref('active_clients', 'int_client_identities') }}
    where client_id = canonical_client_id
),

final as (
    select
        -- ids
        clients.client_id,
        clients.owner_id,

        -- strings
        coalesce(clients.client_name, clients.client_id) as client_name,
        clients.segment,
        clients.industry,
        clients.country_code,
        clients.acquisition_channel,
        clients.relationship_type,
        identities.exclusion_reason,

        -- numerics
        clients.acquisition_cost_amount,

        -- booleans
        identities.exclusion_reason is not null as is_internal,

        -- dates
        {{ reporting_date('clients.created_at') }} as created_date,

        -- timestamps
        clients.created_at

    from clients
    inner join identities
        on clients.client_id = identities.client_id
)

select * from final
