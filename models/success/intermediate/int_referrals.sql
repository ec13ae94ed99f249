-- Grain: one row per accepted referral by a counted client by as_of_date.

with

referrals as (
    select * from {{ ref('active_clients', 'int_referrals_classified') }}
    where disposition = 'accepted'
        and exclusion_reason is null
),

-- A referral names two clients: the row is the referrer's, the one referred is looked up.
clients as (
    select * from {{ ref('active_clients', 'int_client_identities') }}
    where exclusion_reason is null
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

final as (
    select
        referrals.referral_id,
        referrals.canonical_client_id as referrer_client_id,
        case
            when referred.canonical_client_id <> referrals.canonical_client_id
                then referred.canonical_client_id
        end as referred_client_id,
        {{ reporting_date('referrals.referred_at') }} as referred_date,
        case
            when {{ reporting_date('referrals.converted_at') }} <= as_of.as_of_date
                then {{ reporting_date('referrals.converted_at') }}
        end as converted_date,
        referrals.referred_at

    from referrals
    left join clients as referred
        on referrals.referred_client_id = referred.client_id
    cross join as_of

    where {{ reporting_date('referrals.referred_at') }} <= as_of.as_of_date
)

select * from final
