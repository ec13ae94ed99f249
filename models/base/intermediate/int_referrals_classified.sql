-- Grain: one row per delivered row of crm.referrals, with its disposition.

{{ classify_rows(
    staged=ref('active_clients', 'stg_crm__referrals'),
    key=['referral_id'],
    client_column='referrer_client_id',
) }}
