-- Grain: one row per accepted survey response of a counted client and user.
-- The role is that of today; segment, plan and tenure are those of the day of the answer.

with

responses as (
    select * from {{ ref('active_clients', 'int_survey_responses') }}
),

attributed as (
    {{ with_client_attributes(
        'responses', 'responded_date',
        clients=ref('active_clients', 'int_clients'),
        versions=ref('active_clients', 'dim_client_versions'),
        users=ref('active_clients', 'int_users_classified'),
        tenure_bands=ref('active_clients', 'tenure_bands')
    ) }}
),

sequenced as (
    select
        *,
        lag(score) over (
            partition by survey_type, survey_purpose, respondent_id
            order by responded_at, response_id
        ) as previous_score,
        lead(response_id) over (
            partition by survey_type, survey_purpose, respondent_id
            order by responded_at, response_id
        ) as next_response_id

    from attributed
),

final as (
    select
        -- ids
        response_id,
        invitation_id,
        next_response_id,
        survey_id,
        client_id,
        user_id,
        respondent_id,

        -- strings
        survey_type,
        survey_purpose,
        channel,
        nps_group,
        segment,
        paid_plan_id,
        user_role,
        tenure_band,
        comment_text,

        -- numerics
        score,
        previous_score,
        cast({{ number_var('nps_suppressed_below') }} as integer) as shown_from_count,

        -- booleans
        is_favourable,
        is_unhappy,

        -- dates
        responded_date,

        -- timestamps
        responded_at

    from sequenced
)

select * from final
