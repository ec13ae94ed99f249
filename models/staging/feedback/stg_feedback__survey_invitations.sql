with

source as (
    select * from {{ raw_table('feedback', 'survey_invitations') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('invitation_id') }} as invitation_id,
        {{ clean_text('survey_id') }} as survey_id,
        {{ clean_text('client_id') }} as client_id,
        {{ clean_text('user_id') }} as user_id,

        -- strings
        coalesce({{ clean_text('channel') }}, 'unknown') as channel,

        -- booleans
        {{ is_unreadable('delivered_at', to_utc) }} as has_unreadable_delivered_at,

        -- timestamps
        {{ to_utc('sent_at') }} as sent_at,
        {{ to_utc('delivered_at') }} as delivered_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('feedback', 'survey_invitations') }} as raw_row

    from source
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:invitation_id': 'invitation_id is null',
            'missing_client:client_id': 'client_id is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:sent_at': 'sent_at is null',
            'invalid_time:delivered_at': 'has_unreadable_delivered_at',
            'time_too_old:sent_at': is_too_old('sent_at'),
            'occurs_after_load:sent_at': is_after_load('sent_at'),
            'ends_before_start:delivered_at': 'delivered_at < sent_at',
        }) }} as invalid_reasons

    from renamed
)

select * from final
