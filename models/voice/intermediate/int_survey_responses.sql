-- Grain: one row per accepted survey response of a counted client and user.
-- An anonymous response is its own respondent.

with

responses as (
    select * from {{ ref('int_survey_responses_classified') }}
    where disposition = 'accepted'
),

clients as (
    select * from {{ ref('int_client_identities') }}
    where exclusion_reason is null
),

users as (
    select * from {{ ref('int_user_identities') }}
),

survey_types as (
    select * from {{ ref('survey_types') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

final as (
    select
        -- ids
        responses.response_id,
        responses.invitation_id,
        responses.survey_id,
        clients.canonical_client_id as client_id,
        coalesce(users.canonical_user_id, responses.user_id) as user_id,
        case
            when responses.user_id is null then concat('response:', responses.response_id)
            else concat('user:', coalesce(users.canonical_user_id, responses.user_id))
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
    inner join clients
        on responses.client_id = clients.client_id
    left join users
        on responses.user_id = users.user_id
    inner join survey_types
        on responses.survey_type = survey_types.survey_type
    cross join as_of

    where users.exclusion_reason is null
        and {{ reporting_date('responses.responded_at') }} <= as_of.as_of_date
)

select * from final
