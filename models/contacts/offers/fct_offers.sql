-- Grain: one row per accepted offer to a counted client, hold-outs included, by as_of_date.
-- The outcome is judged by the goal of the offer's type (the seed offer_goals) on the day
-- horizon_days after it: retention, the client pays; upgrade, it pays more on another plan.

{{ config(enabled=var('offers_enabled')) }}

with

offers as (
    select * from {{ ref('active_clients', 'int_offers_classified') }}
    where disposition = 'accepted'
        and exclusion_reason is null
),

goals as (
    select * from {{ ref('active_clients', 'offer_goals') }}
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

plan_spans as (
    select * from {{ ref('active_clients', 'int_client_plan_spans') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

dated as (
    select
        *,
        {{ reporting_date('offered_at') }} as offered_date

    from offers
),

-- An offer type listed by itself decides; '*' decides for all that are not listed.
counted as (
    select
        dated.offer_id,
        dated.canonical_client_id as client_id,
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
    left join goals as named_goals
        on dated.offer_type = named_goals.offer_type
    left join goals as other_goals
        on other_goals.offer_type = '*'
    left join rates
        on {{ is_rate_on('rates', 'dated', 'dated.offered_date') }}
    cross join as_of

    where dated.offered_date <= as_of.as_of_date
),

observed as (
    select
        counted.*,
        coalesce(mrr_before.mrr_amount, 0) as mrr_before_amount,
        coalesce(mrr_after.mrr_amount, 0) as mrr_after_amount,
        coalesce(plans_before.paid_plan_id, 'none') as plan_before_id,
        coalesce(plans_after.paid_plan_id, 'none') as plan_after_id,
        coalesce(mrr_before.mrr_amount, 0) > 0 as is_eligible,
        counted.horizon_date <= as_of.as_of_date as is_mature,
        coalesce(counted.expires_date < as_of.as_of_date, false) as is_past

    from counted
    cross join as_of
    left join client_mrr as mrr_before
        on counted.client_id = mrr_before.client_id
            and {{ is_within('counted.offered_date', 'mrr_before') }}
    left join client_mrr as mrr_after
        on counted.client_id = mrr_after.client_id
            and {{ is_within('counted.horizon_date', 'mrr_after') }}
    left join plan_spans as plans_before
        on counted.client_id = plans_before.client_id
            and {{ is_within('counted.offered_date', 'plans_before') }}
    left join plan_spans as plans_after
        on counted.client_id = plans_after.client_id
            and {{ is_within('counted.horizon_date', 'plans_after') }}
),

final as (
    select
        -- ids
        offer_id,
        client_id,

        -- strings
        offer_type,
        goal,
        case
            when is_holdout then 'holdout'
            when redeemed_at is not null then 'redeemed'
            when is_past then 'expired'
            else 'open'
        end as offer_status,

        -- numerics
        offer_amount,
        cast(mrr_before_amount as decimal(18, 4)) as mrr_before_amount,
        cast(case when is_mature then mrr_after_amount end as decimal(18, 4))
            as mrr_after_amount,

        -- booleans
        is_holdout,
        redeemed_at is not null as is_redeemed,
        is_eligible,
        is_mature,
        is_mature and is_eligible and case goal
            when 'upgrade'
                then plan_after_id <> plan_before_id and mrr_after_amount > mrr_before_amount
            else mrr_after_amount > 0
        end as is_success,

        -- dates
        offered_date,
        expires_date,
        horizon_date,

        -- timestamps
        offered_at,
        redeemed_at

    from observed
)

select * from final
