-- Grain: one row per accepted invitation to a survey of a counted client and user.

{{ config(enabled=var('survey_invitations_enabled')) }}

with

invitations as (
    select * from {{ ref('int_survey_invitations_classified') }}
    where disposition = 'accepted'
),

clients as (
    select * from {{ ref('int_client_identities') }}
    where exclusion_reason is null
),

users as (
    select * from {{ ref('int_user_identities') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

first_responses as (
    select
        invitation_id,
        min(responded_at) as responded_at

    from {{ ref('fct_survey_responses') }}

    where invitation_id is not null

    group by invitation_id
),

final as (
    select
        -- ids
        invitations.invitation_id,
        invitations.survey_id,
        clients.canonical_client_id as client_id,
        coalesce(users.canonical_user_id, invitations.user_id) as user_id,

        -- strings
        invitations.channel,

        -- booleans
        invitations.delivered_at is not null as is_delivered,
        invitations.delivered_at is not null and first_responses.responded_at is not null
            as is_answered,

        -- dates
        {{ reporting_date('invitations.sent_at') }} as sent_date,

        -- timestamps
        invitations.sent_at,
        invitations.delivered_at,
        first_responses.responded_at

    from invitations
    inner join clients
        on invitations.client_id = clients.client_id
    left join users
        on invitations.user_id = users.user_id
    left join first_responses
        on invitations.invitation_id = first_responses.invitation_id
    cross join as_of

    where users.exclusion_reason is null
        and {{ reporting_date('invitations.sent_at') }} <= as_of.as_of_date
)

select * from final
