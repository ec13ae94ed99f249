-- Grain: one row per delivered row of billing.plans, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_billing__plans'),
    key=['plan_id'],
) }}
