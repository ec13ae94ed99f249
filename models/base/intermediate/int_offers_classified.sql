-- Grain: one row per delivered row of crm.offers, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_crm__offers'),
    key=['offer_id'],
    client_column='client_id',
    priced_at='staged.offered_at',
    amount='staged.amount',
) }}
