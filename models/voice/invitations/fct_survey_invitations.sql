-- Grain: one row per accepted invitation to a survey of a counted client and user.

{{ config(enabled=var('survey_invitations_enabled')) }}

with

invitations as (
    select * from {{ ref('active_clients', 'int_survey_invitations_classified') }}
    where disposition = 'accepted'
        and exclusion_reason is null
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

active_spans as (
    {{ default_active_spans(
        ref('active_clients', 'int_client_active_spans'),
        ref('active_clients', 'active_definitions')
    ) | indent(4) }}
),

first_responses as (
    select
        invitation_id,
        min(responded_at) as responded_at

    from {{ ref('active_clients', 'fct_survey_responses') }}

    where invitation_id is not null

    group by invitation_id
),

counted as (
    select
        -- ids
        invitations.invitation_id,
        invitations.survey_id,
        invitations.canonical_client_id as client_id,
        invitations.canonical_user_id as user_id,

        -- strings
        invitations.channel,

        -- dates
        {{ reporting_date('invitations.sent_at') }} as sent_date,

        -- timestamps
        invitations.sent_at,
        invitations.delivered_at

    from invitations
    cross join as_of

    where {{ reporting_date('invitations.sent_at') }} <= as_of.as_of_date
),

attributed as (
    {{ with_client_attributes(
        'counted', 'sent_date',
        clients=ref('active_clients', 'int_clients'),
        versions=ref('active_clients', 'dim_client_versions'),
        users=ref('active_clients', 'int_users_classified'),
        tenure_bands=ref('active_clients', 'tenure_bands')
    ) }}
),

final as (
    select
        -- ids
        attributed.invitation_id,
        attributed.survey_id,
        attributed.client_id,
        attributed.user_id,

        -- strings
        attributed.channel,
        attributed.segment,
        attributed.paid_plan_id,
        attributed.user_role,
        attributed.tenure_band,
        case when active_spans.client_id is null then 'inactive' else 'active' end
            as activity_status,

        -- booleans
        attributed.delivered_at is not null as is_delivered,
        attributed.delivered_at is not null and first_responses.responded_at is not null
            as is_answered,
        {{ add_days('attributed.sent_date', number_var('survey_open_days')) }}
        <= as_of.as_of_date as is_closed,

        -- dates
        attributed.sent_date,

        -- timestamps
        attributed.sent_at,
        attributed.delivered_at,
        first_responses.responded_at

    from attributed
    left join first_responses
        on attributed.invitation_id = first_responses.invitation_id
    left join active_spans
        on attributed.client_id = active_spans.client_id
            and attributed.sent_date >= active_spans.active_from
            and attributed.sent_date < active_spans.active_to
    cross join as_of
)

select * from final
