-- Grain: one row per client that was not merged into another.
-- Internal clients are listed with the reason why no other mart counts them.

with

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
),

profiles as (
    select * from {{ ref('active_clients', 'int_client_profiles') }}
),

first_referrals as (
    select
        referred_client_id,
        min(referral_id) as referral_id

    from {{ ref('active_clients', 'int_referrals') }}

    where converted_date is not null

    group by referred_client_id
),

merge_counts as (
    select
        canonical_client_id,
        count(*) - 1 as merged_client_count

    from {{ ref('active_clients', 'int_client_identities') }}

    group by canonical_client_id
),

final as (
    select
        -- ids
        clients.client_id,
        clients.owner_id,

        -- strings
        clients.client_name,
        clients.segment,
        clients.industry,
        clients.country_code,
        clients.acquisition_channel,
        clients.relationship_type,
        clients.exclusion_reason,
        coalesce(profiles.entitled_plan_id, 'none') as entitled_plan_id,
        coalesce(profiles.paid_plan_id, 'none') as paid_plan_id,
        profiles.preferred_channel,
        profiles.top_feature,
        profiles.suggested_feature,

        -- numerics
        cast(merge_counts.merged_client_count as bigint) as merged_client_count,
        cast(coalesce(profiles.used_feature_count, 0) as bigint) as used_feature_count,
        cast(coalesce(profiles.entitled_feature_count, 0) as bigint)
            as entitled_feature_count,
        clients.acquisition_cost_amount,

        -- booleans
        clients.is_internal,
        first_referrals.referral_id is not null as is_referred,

        -- dates
        clients.created_date,

        -- timestamps
        clients.created_at

    from clients
    inner join merge_counts
        on clients.client_id = merge_counts.canonical_client_id
    left join profiles
        on clients.client_id = profiles.client_id
    left join first_referrals
        on clients.client_id = first_referrals.referred_client_id
)

select * from final
