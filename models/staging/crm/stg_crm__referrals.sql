with

source as (
    select * from {{ raw_table('crm', 'referrals') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('referral_id') }} as referral_id,
        {{ clean_text('referrer_client_id') }} as referrer_client_id,
        {{ clean_text('referred_client_id') }} as referred_client_id,

        -- booleans
        {{ is_unreadable('converted_at', to_utc) }} as has_unreadable_converted_at,

        -- timestamps
        {{ to_utc('referred_at') }} as referred_at,
        {{ to_utc('converted_at') }} as converted_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('crm', 'referrals') }} as raw_row

    from source
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:referral_id': 'referral_id is null',
            'missing_client:referrer_client_id': 'referrer_client_id is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:referred_at': 'referred_at is null',
            'invalid_time:converted_at': 'has_unreadable_converted_at',
            'time_too_old:referred_at': is_too_old('referred_at'),
            'occurs_after_load:referred_at': is_after_load('referred_at'),
            'ends_before_start:converted_at': 'converted_at < referred_at',
            'self_reference:referred_client_id': 'referred_client_id = referrer_client_id',
        }) }} as invalid_reasons

    from renamed
)

select * from final
