with

source as (
    select * from {{ raw_table('product', 'usage_events') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('event_id') }} as event_id,
        {{ clean_text('client_id') }} as client_id,
        {{ clean_text('user_id') }} as user_id,

        -- strings
        lower({{ clean_text('event_name') }}) as event_name,
        coalesce({{ clean_text('feature') }}, 'unknown') as feature,

        -- numerics
        cast(coalesce({{ to_decimal('quantity') }}, 1) as decimal(18, 4)) as quantity,

        -- booleans
        {{ is_unreadable('quantity', to_decimal) }} as has_unreadable_quantity,

        -- timestamps
        {{ to_utc('occurred_at') }} as occurred_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered: the text of a row is written only where the row is kept
        event_id as raw_event_id,
        client_id as raw_client_id,
        user_id as raw_user_id,
        event_name as raw_event_name,
        feature as raw_feature,
        quantity as raw_quantity,
        occurred_at as raw_occurred_at,
        loaded_at as raw_loaded_at

    from source
),

final as (
    select
        *,
        coalesce(
            {{ reporting_date('occurred_at') }},
            {{ reporting_date('loaded_at') }},
            {{ unknown_date() }}
        ) as activity_date,
        coalesce({{ reporting_date('loaded_at') }}, {{ unknown_date() }}) as loaded_date,
        coalesce(cast(loaded_at as date), {{ unknown_date() }}) as loaded_utc_date,
        {{ rejection_reasons({
            'missing_key:event_id': 'event_id is null',
            'missing_client:client_id': 'client_id is null',
            'missing_user:user_id': 'user_id is null',
            'missing_event_name:event_name': 'event_name is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:occurred_at': 'occurred_at is null',
            'time_too_old:occurred_at': is_too_old('occurred_at'),
            'occurs_after_load:occurred_at': is_after_load('occurred_at'),
            'invalid_number:quantity': 'has_unreadable_quantity',
            'negative_number:quantity': 'quantity < 0',
        }) }} as invalid_reasons

    from renamed
)

select * from final
