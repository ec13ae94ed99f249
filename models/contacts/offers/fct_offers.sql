-- Grain: one row per offer to a counted client, hold-outs included, by as_of_date.
-- The outcome is judged by the goal of the offer's type (the seed offer_goals) on the day
-- horizon_days after it: retention, the client pays; upgrade, it pays more on another plan.

{{ config(enabled=var('offers_enabled')) }}

with

offers as (
    select * from {{ ref('int_offers') }}
),

client_mrr as (
    select * from {{ ref('fct_client_mrr') }}
),

plan_spans as (
    select * from {{ ref('int_client_plan_spans') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

observed as (
    select
        offers.*,
        coalesce(mrr_before.mrr_amount, 0) as mrr_before_amount,
        coalesce(mrr_after.mrr_amount, 0) as mrr_after_amount,
        coalesce(plans_before.paid_plan_id, 'none') as plan_before_id,
        coalesce(plans_after.paid_plan_id, 'none') as plan_after_id,
        coalesce(mrr_before.mrr_amount, 0) > 0 as is_eligible,
        offers.horizon_date <= as_of.as_of_date as is_mature,
        coalesce(offers.expires_date < as_of.as_of_date, false) as is_past

    from offers
    cross join as_of
    left join client_mrr as mrr_before
        on offers.client_id = mrr_before.client_id
            and offers.offered_date >= mrr_before.valid_from
            and offers.offered_date < {{ or_never('mrr_before.valid_to') }}
    left join client_mrr as mrr_after
        on offers.client_id = mrr_after.client_id
            and offers.horizon_date >= mrr_after.valid_from
            and offers.horizon_date < {{ or_never('mrr_after.valid_to') }}
    left join plan_spans as plans_before
        on offers.client_id = plans_before.client_id
            and offers.offered_date >= plans_before.valid_from
            and offers.offered_date < plans_before.valid_to
    left join plan_spans as plans_after
        on offers.client_id = plans_after.client_id
            and offers.horizon_date >= plans_after.valid_from
            and offers.horizon_date < plans_after.valid_to
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
