-- Grain: one row per survey type but NPS, purpose, attribute, its value and month.
-- What is favourable is said by the seed survey_types: the top two of five boxes (CSAT), 5 to 7
-- of seven (CES). The share has a Wilson interval and is null below nps_suppressed_below
-- responses.

with

responses as (
    select
        *,
        {{ month_start('responded_date') }} as period_month

    from {{ ref('active_clients', 'fct_survey_responses') }}

    where survey_type <> 'nps'
),

responses_by_attribute as (
    {{ by_attribute('responses') }}
),

counts as (
    select
        survey_type,
        survey_purpose,
        attribute,
        attribute_value,
        cast(sum(case when is_favourable then 1 else 0 end) as bigint) as favourable_count,
        count(*) as response_count,
        cast(sum(score) as bigint) as score_sum,
        period_month

    from responses_by_attribute

    group by survey_type, survey_purpose, attribute, attribute_value, period_month
),

judged as (
    select
        *,
        {{ is_suppressed('response_count') }} as is_suppressed,
        {{ rate('favourable_count', 'response_count') }} as raw_rate,
        {{ wilson('favourable_count', 'response_count', 'lower') }} as raw_lower,
        {{ wilson('favourable_count', 'response_count', 'upper') }} as raw_upper,
        {{ rate('score_sum', 'response_count') }} as raw_mean

    from counts
),

final as (
    select
        -- keys
        survey_type,
        survey_purpose,
        attribute,
        attribute_value,

        -- strings
        {{ evidence('response_count') }} as evidence,

        -- numerics
        favourable_count,
        response_count,
        score_sum,
        case when not is_suppressed then raw_rate end as favourable_rate,
        case when not is_suppressed then raw_lower end as favourable_rate_lower,
        case when not is_suppressed then raw_upper end as favourable_rate_upper,
        case when not is_suppressed then raw_mean end as mean_score,

        -- booleans
        is_suppressed,

        -- dates
        period_month

    from judged
)

select * from final
