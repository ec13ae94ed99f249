-- Grain: one row per accepted client.
-- `canonical_client_id` is the client it was merged into, at the end of any chain.

with recursive

clients as (
    select * from {{ ref('active_clients', 'int_clients_classified') }}
    where disposition = 'accepted'
),

{{ follow_merges('clients', 'client_id', 'merged_into_client_id') }},

final as (
    select
        clients.client_id,
        merged.canonical_id as canonical_client_id,
        case
            when canonical_clients.is_internal then 'internal_client'
        end as exclusion_reason

    from clients
    inner join merged
        on clients.client_id = merged.client_id
    inner join clients as canonical_clients
        on merged.canonical_id = canonical_clients.client_id
)

select * from final
