with

source as (
    select * from {{ raw_table('crm', 'clients') }}
),

value_synonyms as (
    select * from {{ ref('active_clients', 'value_synonyms') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('client_id') }} as client_id,
        {{ clean_text('owner_id') }} as owner_id,
        {{ clean_text('merged_into_client_id') }} as merged_into_client_id,

        -- strings
        {{ clean_text('client_name') }} as client_name,
        coalesce(lower({{ clean_text('segment') }}), 'unknown') as segment,
        {{ clean_text('industry') }} as industry,
        upper({{ clean_text('country_code') }}) as country_code,
        {{ clean_text('acquisition_channel') }} as acquisition_channel,
        coalesce({{ contract_word('relationship_type') }}, 'contractual')
            as relationship_type,

        -- numerics
        {{ to_decimal('acquisition_cost') }} as acquisition_cost_amount,

        -- booleans
        coalesce({{ to_boolean('is_internal') }}, false) as is_internal,
        {{ is_unreadable('is_internal', to_boolean) }} as has_unreadable_is_internal,
        {{ is_unreadable('acquisition_cost', to_decimal) }} as has_unreadable_acquisition_cost,

        -- timestamps
        {{ to_utc('created_at') }} as created_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('crm', 'clients') }} as raw_row

    from source
    {{ join_synonyms('clients', 'relationship_type') }}
),

final as (
    select
        *,
        {{ rejection_reasons({
            'missing_key:client_id': 'client_id is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:created_at': 'created_at is null',
            'time_too_old:created_at': is_too_old('created_at'),
            'occurs_after_load:created_at': is_after_load('created_at'),
            'invalid_number:acquisition_cost': 'has_unreadable_acquisition_cost',
            'negative_number:acquisition_cost': 'acquisition_cost_amount < 0',
            'invalid_value:relationship_type':
                "relationship_type not in ('contractual', 'non_contractual')",
            'invalid_value:is_internal': 'has_unreadable_is_internal',
            'self_reference:merged_into_client_id': 'merged_into_client_id = client_id',
        }) }} as invalid_reasons

    from renamed
)

select * from final
