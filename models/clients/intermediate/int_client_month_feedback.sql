-- Grain: one row per client and month with at least one relational NPS response.

with

responses as (
    select * from {{ ref('fct_survey_responses') }}
    where survey_type = 'nps'
        and survey_purpose = 'relational'
),

final as (
    select
        client_id,
        {{ month_start('responded_date') }} as period_month,
        sum(case when nps_group = 'promoter' then 1 else 0 end) as promoter_count,
        sum(case when nps_group = 'detractor' then 1 else 0 end) as detractor_count,
        count(*) as nps_response_count

    from responses

    group by client_id, {{ month_start('responded_date') }}
)

select * from final
