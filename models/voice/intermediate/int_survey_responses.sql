-- Grain: one row per accepted survey response of a counted client and user.
-- An anonymous response is its own respondent.

with

responses as (
    select * from {{ ref('active_clients', 'int_survey_responses_classified') }}
    where disposition = 'accepted'
        and exclusion_reason is null
),

survey_types as (
    select * from {{ ref('active_clients', 'survey_types') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

final as (
    select
        -- ids
        responses.response_id,
        responses.invitation_id,
        responses.survey_id,
        responses.canonical_client_id as client_id,
        responses.canonical_user_id as user_id,
        case
            when responses.canonical_user_id is null
                then concat('response:', responses.response_id)
            else concat('user:', responses.canonical_user_id)
        end as respondent_id,

        -- strings
        responses.survey_type,
        responses.survey_purpose,
        responses.channel,
        case
            when responses.survey_type <> 'nps' then null
            when responses.score >= 9 then 'promoter'
            when responses.score >= 7 then 'passive'
            else 'detractor'
        end as nps_group,
        responses.comment_text,

        -- numerics
        responses.score,

        -- booleans
        responses.score >= survey_types.favourable_from as is_favourable,
        coalesce(responses.score <= survey_types.unhappy_to, false) as is_unhappy,

        -- dates
        {{ reporting_date('responses.responded_at') }} as responded_date,

        -- timestamps
        responses.responded_at

    from responses
    inner join survey_types
        on responses.survey_type = survey_types.survey_type
    cross join as_of

    where {{ reporting_date('responses.responded_at') }} <= as_of.as_of_date
)

select * from final
