-- Grain: one row per survey, attribute, its value and month in which invitations were sent.
-- The attribute `activity` tells whether silence comes from clients that stopped using the
-- product. A month is mature when all of it was open for survey_open_days; else its rate is
-- null.

{{ config(enabled=var('survey_invitations_enabled')) }}

with

invitations as (
    select
        *,
        {{ month_start('sent_date') }} as period_month

    from {{ ref('active_clients', 'fct_survey_invitations') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

invitations_by_attribute as (
    {{ by_attribute('invitations', {'activity': 'activity_status'}) }}
),

counts as (
    select
        coalesce(survey_id, 'unknown') as survey_id,
        attribute,
        attribute_value,
        count(*) as sent_count,
        cast(sum(case when is_delivered then 1 else 0 end) as bigint) as delivered_count,
        cast(sum(case when is_answered then 1 else 0 end) as bigint) as answered_count,
        period_month

    from invitations_by_attribute

    group by coalesce(survey_id, 'unknown'), attribute, attribute_value, period_month
),

matured as (
    select
        counts.*,
        {{ add_days(month_end('counts.period_month'), number_var('survey_open_days')) }}
        <= as_of.as_of_date as is_mature

    from counts
    cross join as_of
),

final as (
    select
        -- keys
        survey_id,
        attribute,
        attribute_value,

        -- numerics
        sent_count,
        sent_count - delivered_count as undelivered_count,
        delivered_count,
        answered_count,
        delivered_count - answered_count as unanswered_count,
        case when is_mature then {{ rate('answered_count', 'delivered_count') }} end
            as response_rate,
        case when is_mature then {{ wilson('answered_count', 'delivered_count', 'lower') }} end
            as response_rate_lower,
        case when is_mature then {{ wilson('answered_count', 'delivered_count', 'upper') }} end
            as response_rate_upper,

        -- booleans
        is_mature,

        -- dates
        period_month

    from matured
)

select * from final
