-- Grain: one row per counted client that had referred another by as_of_date: how many, and
-- how many of them had become clients.

with

referrals as (
    select * from {{ ref('int_referrals_classified') }}
    where disposition = 'accepted'
),

clients as (
    select * from {{ ref('int_client_identities') }}
    where exclusion_reason is null
),

as_of as (
    select * from {{ ref('as_of') }}
),

final as (
    select
        clients.canonical_client_id as client_id,
        count(*) as referral_count,
        sum(case
            when {{ reporting_date('referrals.converted_at') }} <= as_of.as_of_date then 1
            else 0
        end) as converted_count

    from referrals
    inner join clients
        on referrals.referrer_client_id = clients.client_id
    inner join as_of
        on {{ reporting_date('referrals.referred_at') }} <= as_of.as_of_date

    group by clients.canonical_client_id
)

select * from final
