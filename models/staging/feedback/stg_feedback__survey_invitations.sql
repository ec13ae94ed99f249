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
        {{ is_unreadable(['delivered_at'], to_utc) }} as has_unreadable_time,

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
            'missing_key': 'invitation_id is null',
            'missing_client': 'client_id is null',
            'missing_loaded_at': 'loaded_at is null',
            'invalid_time': 'sent_at is null or has_unreadable_time',
            'time_too_old': is_too_old('sent_at'),
            'occurs_after_load': is_after_load('sent_at'),
            'ends_before_start': 'delivered_at < sent_at',
        }) }} as invalid_reasons

    from renamed
)

select * from final
