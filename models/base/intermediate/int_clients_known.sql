-- Grain: one row per delivery of a client that was ever accepted, with the days
-- [known_from, known_to) on which it was what was known of it. A client of the first load was
-- known as soon as anything was told of it or of those merged with it.

with

clients as (
    {{ known_rows(ref('active_clients', 'int_clients_classified'), 'clients') }}
),

identities as (
    select * from {{ ref('active_clients', 'int_client_identities') }}
),

signs as (
    select
        client_id,
        {{ reporting_date('started_at') }} as sign_date

    from {{ ref('active_clients', 'int_subscriptions_classified') }}

    where disposition = 'accepted'

    union all

    select
        client_id,
        {{ reporting_date('issued_at') }} as sign_date

    from {{ ref('active_clients', 'int_invoices_classified') }}

    where disposition = 'accepted'

    union all

    select
        client_id,
        activity_date as sign_date

    from {{ ref('active_clients', 'int_usage_events') }}

    where disposition = 'accepted'

    union all

    select
        client_id,
        {{ reporting_date('created_at') }} as sign_date

    from clients

    where is_history
),

first_signs as (
    select
        identities.canonical_client_id,
        min(signs.sign_date) as first_sign_date

    from signs
    inner join identities
        on signs.client_id = identities.client_id

    group by identities.canonical_client_id
),

final as (
    select
        clients.client_id,
        clients.merged_into_client_id,
        clients.is_internal,
        clients.is_history,
        case
            when clients.is_history and first_signs.first_sign_date < clients.known_from
                then first_signs.first_sign_date
            else clients.known_from
        end as known_from,
        clients.known_to

    from clients
    left join identities
        on clients.client_id = identities.client_id
    left join first_signs
        on identities.canonical_client_id = first_signs.canonical_client_id
)

select * from final
