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
        {{ is_unreadable(['is_holdout'], to_boolean) }} as has_unreadable_boolean,
        {{ is_unreadable(['amount'], to_decimal) }} as has_unreadable_number,
        {{ is_unreadable(['expires_at', 'redeemed_at'], to_utc) }} as has_unreadable_time,

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
            'missing_key': 'offer_id is null',
            'missing_client': 'client_id is null',
            'missing_loaded_at': 'loaded_at is null',
            'invalid_time': 'offered_at is null or has_unreadable_time',
            'time_too_old': is_too_old('offered_at'),
            'occurs_after_load': is_after_load('offered_at'),
            'ends_before_start': 'expires_at < offered_at or redeemed_at < offered_at',
            'invalid_number': 'has_unreadable_number',
            'negative_number': 'amount < 0',
            'invalid_value': 'has_unreadable_boolean or length(currency_code) <> 3',
        }) }} as invalid_reasons

    from renamed
)

select * from final
