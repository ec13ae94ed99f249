with

source as (
    select * from {{ raw_table('support', 'tickets') }}
),

value_synonyms as (
    select * from {{ ref('active_clients', 'value_synonyms') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('ticket_id') }} as ticket_id,
        {{ clean_text('client_id') }} as client_id,
        {{ clean_text('user_id') }} as user_id,

        -- strings
        coalesce({{ contract_word('priority') }}, 'normal') as priority,
        coalesce({{ clean_text('topic') }}, 'unknown') as topic,

        -- booleans
        {{ is_unreadable('first_response_at', to_utc) }} as has_unreadable_first_response_at,
        {{ is_unreadable('resolved_at', to_utc) }} as has_unreadable_resolved_at,

        -- timestamps
        {{ to_utc('opened_at') }} as opened_at,
        {{ to_utc('first_response_at') }} as first_response_at,
        {{ to_utc('resolved_at') }} as resolved_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('support', 'tickets') }} as raw_row

    from source
    {{ join_synonyms('tickets', 'priority') }}
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:ticket_id': 'ticket_id is null',
            'missing_client:client_id': 'client_id is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:opened_at': 'opened_at is null',
            'invalid_time:first_response_at': 'has_unreadable_first_response_at',
            'invalid_time:resolved_at': 'has_unreadable_resolved_at',
            'time_too_old:opened_at': is_too_old('opened_at'),
            'occurs_after_load:opened_at': is_after_load('opened_at'),
            'ends_before_start:first_response_at': 'first_response_at < opened_at',
            'ends_before_start:resolved_at': 'resolved_at < opened_at',
            'invalid_value:priority':
                "priority not in ('low', 'normal', 'high', 'urgent')",
        }) }} as invalid_reasons

    from renamed
)

select * from final
