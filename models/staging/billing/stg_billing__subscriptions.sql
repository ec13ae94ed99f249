with

source as (
    select * from {{ raw_table('billing', 'subscriptions') }}
),

value_synonyms as (
    select * from {{ ref('active_clients', 'value_synonyms') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('subscription_id') }} as subscription_id,
        {{ to_integer('version') }} as version,
        {{ clean_text('client_id') }} as client_id,
        {{ clean_text('plan_id') }} as plan_id,

        -- strings
        {{ clean_text('version') }} as version_text,
        {{ contract_word('status') }} as subscription_status,
        coalesce(upper({{ clean_text('currency_code') }}), {{ reporting_currency() }})
            as currency_code,
        coalesce({{ contract_word('billing_interval') }}, 'month') as billing_interval,
        coalesce({{ contract_word('discount_duration') }}, 'forever')
            as discount_duration,
        {{ clean_text('cancel_reason') }} as cancel_reason,

        -- numerics
        cast(coalesce({{ to_decimal('quantity') }}, 1) as decimal(18, 4)) as quantity,
        {{ to_decimal('unit_price') }} as unit_price_amount,
        coalesce({{ to_integer('billing_interval_count') }}, 1) as billing_interval_count,
        cast(coalesce({{ to_share('discount_rate') }}, 0) as decimal(18, 4)) as discount_rate,

        -- booleans
        {{ to_boolean('is_voluntary_cancel') }} as is_voluntary_cancel,
        {{ is_unreadable('quantity', to_decimal) }} as has_unreadable_quantity,
        {{ is_unreadable('discount_rate', to_share) }} as has_unreadable_discount_rate,
        {{ is_unreadable('billing_interval_count', to_integer) }}
            as has_unreadable_billing_interval_count,
        {{ is_unreadable('is_voluntary_cancel', to_boolean) }}
            as has_unreadable_is_voluntary_cancel,
        {{ is_unreadable('trial_ends_at', to_utc) }} as has_unreadable_trial_ends_at,
        {{ is_unreadable('ended_at', to_utc) }} as has_unreadable_ended_at,
        {{ is_unreadable('canceled_at', to_utc) }} as has_unreadable_canceled_at,

        -- timestamps
        {{ to_utc('trial_ends_at') }} as trial_ends_at,
        {{ to_utc('started_at') }} as started_at,
        {{ to_utc('ended_at') }} as ended_at,
        {{ to_utc('canceled_at') }} as canceled_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('billing', 'subscriptions') }} as raw_row

    from source
    {{ join_synonyms('subscriptions', 'status') }}
    {{ join_synonyms('subscriptions', 'billing_interval') }}
    {{ join_synonyms('subscriptions', 'discount_duration') }}
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:subscription_id': 'subscription_id is null',
            'missing_key:version': 'version_text is null',
            'missing_client:client_id': 'client_id is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:trial_ends_at': 'has_unreadable_trial_ends_at',
            'invalid_time:started_at': 'started_at is null',
            'invalid_time:ended_at': 'has_unreadable_ended_at',
            'invalid_time:canceled_at': 'has_unreadable_canceled_at',
            'time_too_old:started_at': is_too_old('started_at'),
            'ends_before_start:ended_at': 'ended_at < started_at',
            'invalid_number:version': 'version is null',
            'invalid_number:quantity': 'has_unreadable_quantity',
            'invalid_number:unit_price': 'unit_price_amount is null',
            'invalid_number:billing_interval_count': 'has_unreadable_billing_interval_count',
            'invalid_number:discount_rate': 'has_unreadable_discount_rate',
            'negative_number:version': 'version < 0',
            'negative_number:quantity': 'quantity < 0',
            'negative_number:unit_price': 'unit_price_amount < 0',
            'negative_number:discount_rate': 'discount_rate < 0',
            'invalid_value:status':
                "coalesce(subscription_status not in"
                ~ " ('trialing', 'active', 'past_due', 'paused', 'canceled'), true)",
            'invalid_value:currency_code': 'length(currency_code) <> 3',
            'invalid_value:billing_interval':
                "billing_interval not in"
                ~ " ('day', 'week', 'month', 'quarter', 'half_year', 'year')",
            'invalid_value:billing_interval_count': 'billing_interval_count < 1',
            'invalid_value:discount_rate': 'discount_rate > 1',
            'invalid_value:discount_duration':
                "discount_duration not in ('once', 'repeating', 'forever')",
            'invalid_value:is_voluntary_cancel': 'has_unreadable_is_voluntary_cancel',
        }) }} as invalid_reasons

    from renamed
)

select * from final
