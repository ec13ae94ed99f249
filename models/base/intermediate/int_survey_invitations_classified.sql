-- Grain: one row per delivered row of feedback.survey_invitations, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_feedback__survey_invitations'),
    key=['invitation_id'],
    client_column='client_id',
    user_column='user_id',
) }}
