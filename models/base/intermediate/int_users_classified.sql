-- Grain: one row per delivered row of product.users, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_product__users'),
    key=['user_id'],
    client_column='client_id',
) }}
