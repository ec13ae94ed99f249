with

source as (
    select * from {{ raw_table('product', 'users') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('user_id') }} as user_id,
        {{ clean_text('client_id') }} as client_id,
        {{ clean_text('merged_into_user_id') }} as merged_into_user_id,

        -- strings
        lower({{ clean_text('email') }}) as email,
        coalesce({{ clean_text('role') }}, 'unknown') as user_role,

        -- booleans
        coalesce({{ to_boolean('is_internal') }}, false) as is_internal,
        {{ is_unreadable('is_internal', to_boolean) }} as has_unreadable_is_internal,

        -- timestamps
        {{ to_utc('created_at') }} as created_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('product', 'users') }} as raw_row

    from source
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:user_id': 'user_id is null',
            'missing_client:client_id': 'client_id is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:created_at': 'created_at is null',
            'time_too_old:created_at': is_too_old('created_at'),
            'occurs_after_load:created_at': is_after_load('created_at'),
            'invalid_value:is_internal': 'has_unreadable_is_internal',
            'self_reference:merged_into_user_id': 'merged_into_user_id = user_id',
        }) }} as invalid_reasons

    from renamed
)

select * from final
