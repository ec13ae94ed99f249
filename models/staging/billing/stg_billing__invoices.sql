with

source as (
    select * from {{ raw_table('billing', 'invoices') }}
),

value_synonyms as (
    select * from {{ ref('active_clients', 'value_synonyms') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('invoice_id') }} as invoice_id,
        {{ clean_text('client_id') }} as client_id,
        {{ clean_text('subscription_id') }} as subscription_id,

        -- strings
        {{ contract_word('status') }} as invoice_status,
        coalesce(upper({{ clean_text('currency_code') }}), {{ reporting_currency() }})
            as currency_code,

        -- numerics
        {{ to_decimal('amount') }} as amount,

        -- booleans
        {{ is_unreadable('paid_at', to_utc) }} as has_unreadable_paid_at,

        -- timestamps
        {{ to_utc('issued_at') }} as issued_at,
        {{ to_utc('paid_at') }} as paid_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('billing', 'invoices') }} as raw_row

    from source
    {{ join_synonyms('invoices', 'status') }}
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:invoice_id': 'invoice_id is null',
            'missing_client:client_id': 'client_id is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:issued_at': 'issued_at is null',
            'invalid_time:paid_at': 'has_unreadable_paid_at',
            'time_too_old:issued_at': is_too_old('issued_at'),
            'occurs_after_load:issued_at': is_after_load('issued_at'),
            'invalid_number:amount': 'amount is null',
            'invalid_value:currency_code': 'length(currency_code) <> 3',
            'invalid_value:status':
                "coalesce(invoice_status not in"
                ~ " ('open', 'paid', 'void', 'uncollectible', 'refunded'), true)",
        }) }} as invalid_reasons

    from renamed
)

select * from final
