-- Grain: one row per delivered row of crm.touchpoints, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_crm__touchpoints'),
    key=['touchpoint_id'],
    client_column='client_id',
    user_column='user_id',
) }}
