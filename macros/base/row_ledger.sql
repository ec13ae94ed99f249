{# The small raw tables: where they come from, what identifies a row, what money it bears. #}
{% macro row_ledger() %}
    {{- return([
        {'source': 'crm', 'table': 'clients', 'key': ['client_id'], 'amount': none},
        {'source': 'crm', 'table': 'touchpoints', 'key': ['touchpoint_id'], 'amount': none},
        {'source': 'crm', 'table': 'offers', 'key': ['offer_id'], 'amount': 'amount'},
        {'source': 'crm', 'table': 'referrals', 'key': ['referral_id'], 'amount': none},
        {'source': 'product', 'table': 'users', 'key': ['user_id'], 'amount': none},
        {
            'source': 'product', 'table': 'plan_features', 'key': ['plan_id', 'feature'],
            'amount': none,
        },
        {'source': 'billing', 'table': 'plans', 'key': ['plan_id'], 'amount': none},
        {
            'source': 'billing', 'table': 'subscriptions',
            'key': ['subscription_id', 'version_text'], 'amount': 'unit_price_amount',
        },
        {'source': 'billing', 'table': 'invoices', 'key': ['invoice_id'], 'amount': 'amount'},
        {
            'source': 'billing', 'table': 'exchange_rates',
            'key': ['rate_date_text', 'currency_code'], 'amount': none,
        },
        {
            'source': 'feedback', 'table': 'survey_invitations', 'key': ['invitation_id'],
            'amount': none,
        },
        {
            'source': 'feedback', 'table': 'survey_responses', 'key': ['response_id'],
            'amount': none,
        },
        {'source': 'support', 'table': 'tickets', 'key': ['ticket_id'], 'amount': none},
    ]) -}}
{% endmacro %}
