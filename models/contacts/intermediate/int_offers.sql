-- Grain: one row per accepted offer to a counted client by as_of_date, with its goal.

with

offers as (
    select * from {{ ref('int_offers_classified') }}
    where disposition = 'accepted'
),

clients as (
    select * from {{ ref('int_client_identities') }}
    where exclusion_reason is null
),

goals as (
    select * from {{ ref('offer_goals') }}
),

rates as (
    select * from {{ ref('int_exchange_rate_spans') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

dated as (
    select
        *,
        {{ reporting_date('offered_at') }} as offered_date

    from offers
),

-- An offer type listed by itself decides; '*' decides for all that are not listed.
final as (
    select
        dated.offer_id,
        clients.canonical_client_id as client_id,
        dated.offer_type,
        coalesce(named_goals.goal, other_goals.goal) as goal,
        cast(dated.amount * rates.rate as decimal(18, 4)) as offer_amount,
        dated.is_holdout,
        dated.offered_date,
        {{ reporting_date('dated.expires_at') }} as expires_date,
        {{ add_days(
            'dated.offered_date', 'coalesce(named_goals.horizon_days, other_goals.horizon_days)'
        ) }} as horizon_date,
        dated.offered_at,
        case
            when {{ reporting_date('dated.redeemed_at') }} <= as_of.as_of_date
                then dated.redeemed_at
        end as redeemed_at

    from dated
    inner join clients
        on dated.client_id = clients.client_id
    left join goals as named_goals
        on dated.offer_type = named_goals.offer_type
    left join goals as other_goals
        on other_goals.offer_type = '*'
    left join rates
        on dated.currency_code = rates.currency_code
            and dated.offered_date >= rates.valid_from
            and dated.offered_date < {{ or_never('rates.valid_to') }}
    cross join as_of

    where dated.offered_date <= as_of.as_of_date
)

select * from final
