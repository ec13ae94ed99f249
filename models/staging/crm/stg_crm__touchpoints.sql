with

source as (
    select * from {{ raw_table('crm', 'touchpoints') }}
),

value_synonyms as (
    select * from {{ ref('active_clients', 'value_synonyms') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('touchpoint_id') }} as touchpoint_id,
        {{ clean_text('client_id') }} as client_id,
        {{ clean_text('user_id') }} as user_id,

        -- strings
        coalesce({{ clean_text('channel') }}, 'unknown') as channel,
        {{ contract_word('direction') }} as direction,
        coalesce({{ clean_text('topic') }}, 'unknown') as topic,

        -- timestamps
        {{ to_utc('occurred_at') }} as occurred_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('crm', 'touchpoints') }} as raw_row

    from source
    {{ join_synonyms('touchpoints', 'direction') }}
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:touchpoint_id': 'touchpoint_id is null',
            'missing_client:client_id': 'client_id is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:occurred_at': 'occurred_at is null',
            'time_too_old:occurred_at': is_too_old('occurred_at'),
            'occurs_after_load:occurred_at': is_after_load('occurred_at'),
            'invalid_value:direction':
                "coalesce(direction not in ('inbound', 'outbound'), true)",
        }) }} as invalid_reasons

    from renamed
)

select * from final
