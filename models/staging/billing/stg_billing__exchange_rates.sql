with

source as (
    select * from {{ raw_table('billing', 'exchange_rates') }}
),

renamed as (
    select
        -- strings
        {{ clean_text('rate_date') }} as rate_date_text,
        upper({{ clean_text('currency_code') }}) as currency_code,

        -- numerics
        {{ to_decimal('rate', 8) }} as rate,

        -- dates
        cast({{ to_utc('rate_date') }} as date) as rate_date,

        -- timestamps
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('billing', 'exchange_rates') }} as raw_row

    from source
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:rate_date': 'rate_date_text is null',
            'missing_key:currency_code': 'currency_code is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:rate_date': 'rate_date is null',
            'time_too_old:rate_date': is_too_old('rate_date'),
            'invalid_number:rate': 'rate is null',
            'invalid_value:currency_code': 'length(currency_code) <> 3',
            'rate_not_positive:rate': 'rate <= 0',
        }) }} as invalid_reasons

    from renamed
)

select * from final
