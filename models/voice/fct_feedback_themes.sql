-- Grain: one row per survey response with a comment and theme that a keyword in it names.

with

responses as (
    select
        response_id,
        client_id,
        survey_type,
        survey_purpose,
        nps_group,
        is_unhappy,
        responded_date,
        {{ word_text('comment_text') }} as words

    from {{ ref('active_clients', 'fct_survey_responses') }}

    where comment_text is not null
),

keywords as (
    select
        theme,
        theme_order,
        case
            when is_whole_word then {{ word_text('keyword') }}
            else trim({{ word_text('keyword') }})
        end as words

    from {{ ref('active_clients', 'feedback_themes') }}
),

matches as (
    select
        responses.response_id,
        responses.client_id,
        responses.survey_type,
        responses.survey_purpose,
        responses.nps_group,
        responses.is_unhappy,
        responses.responded_date,
        keywords.theme,
        min(keywords.theme_order) as theme_order,
        count(*) as keyword_count

    from responses
    inner join keywords
        on {{ dbt.position('keywords.words', 'responses.words') }} > 0

    group by
        responses.response_id,
        responses.client_id,
        responses.survey_type,
        responses.survey_purpose,
        responses.nps_group,
        responses.is_unhappy,
        responses.responded_date,
        keywords.theme
),

final as (
    select
        -- ids
        response_id,
        client_id,

        -- strings
        theme,
        survey_type,
        survey_purpose,
        nps_group,

        -- numerics
        keyword_count,
        cast(row_number() over (
            partition by response_id
            order by theme_order, theme
        ) as bigint) as theme_rank,

        -- booleans
        is_unhappy,

        -- dates
        responded_date

    from matches
)

select * from final
