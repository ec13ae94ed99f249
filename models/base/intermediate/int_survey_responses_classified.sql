-- Grain: one row per delivered row of feedback.survey_responses, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_feedback__survey_responses'),
    key=['response_id'],
    client_column='client_id',
    user_column='user_id',
) }}
