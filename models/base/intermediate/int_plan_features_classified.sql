-- Grain: one row per delivered row of product.plan_features, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_product__plan_features'),
    key=['plan_id', 'feature'],
) }}
