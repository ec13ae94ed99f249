-- Grain: one row per delivered row of billing.exchange_rates, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_billing__exchange_rates'),
    key=['currency_code', 'rate_date'],
) }}
