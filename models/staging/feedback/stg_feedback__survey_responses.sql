with

source as (
    select * from {{ raw_table('feedback', 'survey_responses') }}
),

survey_types as (
    select * from {{ ref('active_clients', 'survey_types') }}
),

value_synonyms as (
    select * from {{ ref('active_clients', 'value_synonyms') }}
),

renamed as (
    select
        -- ids
        {{ clean_text('response_id') }} as response_id,
        {{ clean_text('invitation_id') }} as invitation_id,
        {{ clean_text('survey_id') }} as survey_id,
        {{ clean_text('client_id') }} as client_id,
        {{ clean_text('user_id') }} as user_id,

        -- strings
        {{ contract_word('survey_type') }} as survey_type,
        coalesce({{ contract_word('survey_purpose') }}, 'relational') as survey_purpose,
        coalesce({{ clean_text('channel') }}, 'unknown') as channel,
        {{ clean_text('comment') }} as comment_text,

        -- numerics
        {{ to_integer('score') }} as score,

        -- timestamps
        {{ to_utc('responded_at') }} as responded_at,
        {{ to_utc('loaded_at') }} as loaded_at,

        -- as delivered
        {{ raw_row('feedback', 'survey_responses') }} as raw_row

    from source
    {{ join_synonyms('survey_responses', 'survey_type') }}
    {{ join_synonyms('survey_responses', 'survey_purpose') }}
),

final as (
    select
        renamed.*,
        {{ rejection_reasons({
            'missing_key:response_id': 'response_id is null',
            'missing_client:client_id': 'client_id is null',
            'missing_loaded_at:loaded_at': 'loaded_at is null',
            'invalid_time:responded_at': 'responded_at is null',
            'time_too_old:responded_at': is_too_old('responded_at'),
            'occurs_after_load:responded_at': is_after_load('responded_at'),
            'invalid_number:score': 'score is null',
            'invalid_value:survey_type': 'survey_types.survey_type is null',
            'invalid_value:survey_purpose':
                "survey_purpose not in ('relational', 'transactional')",
            'score_off_scale:score':
                'score not between survey_types.score_min and survey_types.score_max',
        }) }} as invalid_reasons

    from renamed
    left join survey_types
        on renamed.survey_type = survey_types.survey_type
)

select * from final
