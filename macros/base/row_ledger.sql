{#
    The small raw tables: where they come from, what identifies a row, what money it bears, and
    when what it tells happened (none: what it tells has no time, it was so from ever).
#}
{% macro row_ledger() %}
    {{- return([
        {
            'source': 'crm', 'table': 'clients', 'key': ['client_id'],
            'amount': none, 'happened_at': 'created_at',
        },
        {
            'source': 'crm', 'table': 'touchpoints', 'key': ['touchpoint_id'],
            'amount': none, 'happened_at': 'occurred_at',
        },
        {
            'source': 'crm', 'table': 'offers', 'key': ['offer_id'],
            'amount': 'amount', 'happened_at': 'offered_at',
        },
        {
            'source': 'crm', 'table': 'referrals', 'key': ['referral_id'],
            'amount': none, 'happened_at': 'referred_at',
        },
        {
            'source': 'product', 'table': 'users', 'key': ['user_id'],
            'amount': none, 'happened_at': none,
        },
        {
            'source': 'product', 'table': 'plan_features', 'key': ['plan_id', 'feature'],
            'amount': none, 'happened_at': none,
        },
        {
            'source': 'billing', 'table': 'plans', 'key': ['plan_id'],
            'amount': none, 'happened_at': none,
        },
        {
            'source': 'billing', 'table': 'subscriptions', 'key': ['subscription_id', 'version_text'],
            'amount': 'unit_price_amount', 'happened_at': 'started_at',
        },
        {
            'source': 'billing', 'table': 'invoices', 'key': ['invoice_id'],
            'amount': 'amount', 'happened_at': 'issued_at',
        },
        {
            'source': 'billing', 'table': 'exchange_rates', 'key': ['rate_date_text', 'currency_code'],
            'amount': none, 'happened_at': 'rate_date',
        },
        {
            'source': 'feedback', 'table': 'survey_invitations', 'key': ['invitation_id'],
            'amount': none, 'happened_at': 'sent_at',
        },
        {
            'source': 'feedback', 'table': 'survey_responses', 'key': ['response_id'],
            'amount': none, 'happened_at': 'responded_at',
        },
        {
            'source': 'support', 'table': 'tickets', 'key': ['ticket_id'],
            'amount': none, 'happened_at': 'opened_at',
        },
    ]) -}}
{% endmacro %}
