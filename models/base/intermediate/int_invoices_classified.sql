-- Grain: one row per delivered row of billing.invoices, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_billing__invoices'),
    key=['invoice_id'],
    client_column='client_id',
    priced_at='least(staged.issued_at, coalesce(staged.paid_at, staged.issued_at))',
    amount='staged.amount',
) }}
