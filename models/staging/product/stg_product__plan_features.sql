with

source as (
    select * from {{ raw_table('product', 'plan_features') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('plan_id') }} as plan_id,

        -- strings
        {{ clean_text('feature') }} as feature,

        -- timestamps
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('product', 'plan_features') }} as raw_row

    from source
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:plan_id': 'plan_id is null',
            'missing_key:feature': 'feature is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
        }) }} as invalid_reasons

    from renamed
)

select * from final
