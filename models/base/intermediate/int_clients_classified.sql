-- Grain: one row per delivered row of crm.clients, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_crm__clients'),
    key=['client_id'],
) }}
