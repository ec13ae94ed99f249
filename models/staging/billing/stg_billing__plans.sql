with

source as (
    select * from {{ raw_table('billing', 'plans') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('plan_id') }} as plan_id,

        -- strings
        coalesce({{ clean_text('plan_name') }}, {{ clean_text('plan_id') }}) as plan_name,

        -- numerics
        {{ to_integer('plan_rank') }} as plan_rank,
        {{ to_integer('included_seats') }} as included_seat_count,

        -- booleans
        {{ is_unreadable('plan_rank', to_integer) }} as has_unreadable_plan_rank,
        {{ is_unreadable('included_seats', to_integer) }} as has_unreadable_included_seats,

        -- timestamps
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('billing', 'plans') }} as raw_row

    from source
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:plan_id': 'plan_id is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_number:plan_rank': 'has_unreadable_plan_rank',
            'invalid_number:included_seats': 'has_unreadable_included_seats',
            'negative_number:included_seats': 'included_seat_count < 0',
        }) }} as invalid_reasons

    from renamed
)

select * from final
