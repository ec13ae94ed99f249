-- Grain: one row per referral by a counted client by as_of_date.
-- A referral is mature once referral_window_days have passed; only then does it count in the
-- conversion rate, converted if it was within that window.

{{ config(enabled=var('referrals_enabled')) }}

with

referrals as (
    select * from {{ ref('active_clients', 'int_referrals') }}
),

responses as (
    select * from {{ ref('active_clients', 'fct_survey_responses') }}
    where survey_type = 'nps'
        and survey_purpose = 'relational'
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

last_responses as (
    select
        referrals.referral_id,
        responses.nps_group,
        row_number() over (
            partition by referrals.referral_id
            order by responses.responded_at desc, responses.response_id desc
        ) as recency_rank

    from referrals
    inner join responses
        on referrals.referrer_client_id = responses.client_id
            and referrals.referred_at >= responses.responded_at
),

final as (
    select
        -- ids
        referrals.referral_id,
        referrals.referrer_client_id,
        referrals.referred_client_id,

        -- strings
        coalesce(last_responses.nps_group, 'unknown') as referrer_nps_group,

        -- numerics
        cast({{ dbt.datediff(
            'referrals.referred_date', 'referrals.converted_date', 'day'
        ) }} as bigint) as conversion_days,
        cast(coalesce(client_mrr.mrr_amount, 0) as decimal(18, 4)) as referred_mrr_amount,

        -- booleans
        referrals.converted_date is not null as is_converted,
        coalesce(
            referrals.converted_date <= {{ add_days(
                'referrals.referred_date', number_var('referral_window_days')
            ) }},
            false
        ) as is_converted_in_window,
        {{ add_days('referrals.referred_date', number_var('referral_window_days')) }}
        <= as_of.as_of_date as is_mature,

        -- dates
        referrals.referred_date,
        referrals.converted_date,

        -- timestamps
        referrals.referred_at

    from referrals
    cross join as_of
    left join last_responses
        on referrals.referral_id = last_responses.referral_id
            and last_responses.recency_rank = 1
    left join client_mrr
        on referrals.referred_client_id = client_mrr.client_id
            and client_mrr.valid_to is null
)

select * from final
