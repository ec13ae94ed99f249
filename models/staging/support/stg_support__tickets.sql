with

source as (
    select * from {{ raw_table('support', 'tickets') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('ticket_id') }} as ticket_id,
        {{ clean_text('client_id') }} as client_id,
        {{ clean_text('user_id') }} as user_id,

        -- strings
        coalesce(lower({{ clean_text('priority') }}), 'normal') as priority,
        coalesce({{ clean_text('topic') }}, 'unknown') as topic,

        -- booleans
        {{ is_unreadable(['first_response_at', 'resolved_at'], to_utc) }}
            as has_unreadable_time,

        -- timestamps
        {{ to_utc('opened_at') }} as opened_at,
        {{ to_utc('first_response_at') }} as first_response_at,
        {{ to_utc('resolved_at') }} as resolved_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('support', 'tickets') }} as raw_row

    from source
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key': 'ticket_id is null',
            'missing_client': 'client_id is null',
            'missing_loaded_at': 'loaded_at is null',
            'invalid_time': 'opened_at is null or has_unreadable_time',
            'time_too_old': is_too_old('opened_at'),
            'occurs_after_load': is_after_load('opened_at'),
            'ends_before_start': 'first_response_at < opened_at or resolved_at < opened_at',
            'invalid_value': "priority not in ('low', 'normal', 'high', 'urgent')",
        }) }} as invalid_reasons

    from renamed
)

select * from final
