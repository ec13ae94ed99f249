with

source as (
    select * from {{ raw_table('crm', 'offers') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('offer_id') }} as offer_id,
        {{ clean_text('client_id') }} as client_id,

        -- strings
        coalesce({{ clean_text('offer_type') }}, 'unknown') as offer_type,
        coalesce(upper({{ clean_text('currency_code') }}), {{ reporting_currency() }})
            as currency_code,

        -- numerics
        {{ to_decimal('amount') }} as amount,

        -- booleans
        coalesce({{ to_boolean('is_holdout') }}, false) as is_holdout,
        {{ is_unreadable('is_holdout', to_boolean) }} as has_unreadable_is_holdout,
        {{ is_unreadable('amount', to_decimal) }} as has_unreadable_amount,
        {{ is_unreadable('expires_at', to_utc) }} as has_unreadable_expires_at,
        {{ is_unreadable('redeemed_at', to_utc) }} as has_unreadable_redeemed_at,

        -- timestamps
        {{ to_utc('offered_at') }} as offered_at,
        {{ to_utc('expires_at') }} as expires_at,
        {{ to_utc('redeemed_at') }} as redeemed_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('crm', 'offers') }} as raw_row

    from source
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:offer_id': 'offer_id is null',
            'missing_client:client_id': 'client_id is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:offered_at': 'offered_at is null',
            'invalid_time:expires_at': 'has_unreadable_expires_at',
            'invalid_time:redeemed_at': 'has_unreadable_redeemed_at',
            'time_too_old:offered_at': is_too_old('offered_at'),
            'occurs_after_load:offered_at': is_after_load('offered_at'),
            'ends_before_start:expires_at': 'expires_at < offered_at',
            'ends_before_start:redeemed_at': 'redeemed_at < offered_at',
            'invalid_number:amount': 'has_unreadable_amount',
            'negative_number:amount': 'amount < 0',
            'invalid_value:currency_code': 'length(currency_code) <> 3',
            'invalid_value:is_holdout': 'has_unreadable_is_holdout',
        }) }} as invalid_reasons

    from renamed
)

select * from final
