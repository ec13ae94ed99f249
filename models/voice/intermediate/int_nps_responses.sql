-- Grain: one row per unit of count, month and NPS response that counts in it.
-- per_response: every response of the month; latest_per_respondent: of every respondent the
-- latest response within the nps_window_days that end with the month (or with as_of_date).

with

responses as (
    select * from {{ ref('active_clients', 'fct_survey_responses') }}
    where survey_type = 'nps'
),

months as (
    select * from {{ ref('active_clients', 'int_months') }}
    where has_begun
),

responses_in_window as (
    select
        months.period_month,
        responses.*,
        row_number() over (
            partition by
                months.period_month,
                responses.survey_purpose,
                responses.respondent_id
            order by responses.responded_at desc, responses.response_id desc
        ) as recency_rank

    from months
    inner join responses
        on months.period_end_date >= responses.responded_date
            and {{ add_days('months.period_end_date', '-' ~ number_var('nps_window_days')) }}
            < responses.responded_date
),

final as (
    select
        'per_response' as unit_of_count,
        {{ month_start('responded_date') }} as period_month,
        survey_purpose,
        response_id,
        nps_group,
        segment,
        paid_plan_id,
        user_role,
        tenure_band,
        channel

    from responses

    union all

    select
        'latest_per_respondent' as unit_of_count,
        period_month,
        survey_purpose,
        response_id,
        nps_group,
        segment,
        paid_plan_id,
        user_role,
        tenure_band,
        channel

    from responses_in_window

    where recency_rank = 1
)

select * from final
