-- Grain: one row per unit of count, survey purpose, attribute, its value and month, also
-- where the value had responses in the compared month only (then all counts are 0).
-- The compared month is the one before or, for windows of nps_window_days, the first one
-- whose window does not lie in this one's.

{%- set window_months = (number_var('nps_window_days') | int + 30) // 31 %}

with

responses as (
    select * from {{ ref('active_clients', 'int_nps_responses') }}
),

responses_by_attribute as (
    {{ by_attribute('responses') }}
),

counts as (
    select
        unit_of_count,
        survey_purpose,
        attribute,
        attribute_value,
        sum(case when nps_group = 'promoter' then 1 else 0 end) as promoter_count,
        sum(case when nps_group = 'passive' then 1 else 0 end) as passive_count,
        sum(case when nps_group = 'detractor' then 1 else 0 end) as detractor_count,
        count(*) as response_count,
        period_month

    from responses_by_attribute

    group by unit_of_count, survey_purpose, attribute, attribute_value, period_month
),

months as (
    select
        unit_of_count,
        survey_purpose,
        period_month,
        case
            when unit_of_count = 'per_response' then {{ add_months('period_month', -1) }}
            else {{ add_months('period_month', '-' ~ window_months) }}
        end as compared_month

    from counts

    where attribute = 'all'
),

keys as (
    select
        counts.unit_of_count,
        counts.survey_purpose,
        counts.attribute,
        counts.attribute_value,
        months.period_month,
        months.compared_month

    from months
    inner join counts
        on months.unit_of_count = counts.unit_of_count
            and months.survey_purpose = counts.survey_purpose
            and (
                months.period_month = counts.period_month
                or months.compared_month = counts.period_month
            )

    group by
        counts.unit_of_count,
        counts.survey_purpose,
        counts.attribute,
        counts.attribute_value,
        months.period_month,
        months.compared_month
),

final as (
    select
        keys.unit_of_count,
        keys.survey_purpose,
        keys.attribute,
        keys.attribute_value,
        cast(coalesce(counts.promoter_count, 0) as bigint) as promoter_count,
        cast(coalesce(counts.passive_count, 0) as bigint) as passive_count,
        cast(coalesce(counts.detractor_count, 0) as bigint) as detractor_count,
        cast(coalesce(counts.response_count, 0) as bigint) as response_count,
        keys.period_month,
        keys.compared_month

    from keys
    left join counts
        on keys.unit_of_count = counts.unit_of_count
            and keys.survey_purpose = counts.survey_purpose
            and keys.attribute = counts.attribute
            and keys.attribute_value = counts.attribute_value
            and keys.period_month = counts.period_month
)

select * from final
