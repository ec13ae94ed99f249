-- Grain: one row per client that was not merged into another.
-- Internal clients are listed with the reason why no other mart counts them.

with

clients as (
    select * from {{ ref('int_clients_classified') }}
    where disposition = 'accepted'
),

identities as (
    select * from {{ ref('int_client_identities') }}
),

merge_counts as (
    select
        canonical_client_id,
        count(*) - 1 as merged_client_count

    from identities

    group by canonical_client_id
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
        cast(merge_counts.merged_client_count as bigint) as merged_client_count,
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
            and clients.client_id = identities.canonical_client_id
    inner join merge_counts
        on clients.client_id = merge_counts.canonical_client_id
)

select * from final
