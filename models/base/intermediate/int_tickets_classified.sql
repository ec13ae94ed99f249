-- Grain: one row per delivered row of support.tickets, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_support__tickets'),
    key=['ticket_id'],
    client_column='client_id',
    user_column='user_id',
) }}
