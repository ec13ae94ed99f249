-- Grain: one row per unit of count, survey purpose, attribute, its value and month; the
-- attribute `all` is all responses together. Scores are computed from counts at every
-- level, and null below nps_suppressed_below responses; intervals are adjusted Wald, 95 %.

with

counts as (
    select * from {{ ref('active_clients', 'int_nps_counts') }}
),

changes as (
    select * from {{ ref('active_clients', 'int_nps_changes') }}
),

weighted as (
    select
        *,
        'all' as attribute

    from {{ ref('active_clients', 'int_nps_weighted') }}
),

scored as (
    select
        *,
        {{ is_suppressed('response_count') }} as is_suppressed,
        {{ nps('promoter_count', 'detractor_count', 'response_count') }} as raw_nps,
        {{ nps_bound('promoter_count', 'detractor_count', 'response_count', 'lower') }}
            as raw_nps_lower,
        {{ nps_bound('promoter_count', 'detractor_count', 'response_count', 'upper') }}
            as raw_nps_upper

    from counts
),

final as (
    select
        -- keys
        scored.unit_of_count,
        scored.survey_purpose,
        scored.attribute,
        scored.attribute_value,

        -- strings
        {{ evidence('scored.response_count') }} as evidence,

        -- numerics
        scored.promoter_count,
        scored.passive_count,
        scored.detractor_count,
        scored.response_count,
        case when not scored.is_suppressed then scored.raw_nps end as nps,
        case when not scored.is_suppressed then scored.raw_nps_lower end as nps_lower,
        case when not scored.is_suppressed then scored.raw_nps_upper end as nps_upper,
        cast(changes.compared_response_count as bigint) as compared_response_count,
        cast(changes.compared_nps as decimal(9, 4)) as compared_nps,
        cast(changes.nps_change as decimal(9, 4)) as nps_change,
        changes.nps_change_lower,
        changes.nps_change_upper,
        changes.rate_effect,
        changes.mix_effect,
        case when not scored.is_suppressed then weighted.weighted_nps end as weighted_nps,
        case when not scored.is_suppressed then weighted.weighted_nps_lower end
            as weighted_nps_lower,
        case when not scored.is_suppressed then weighted.weighted_nps_upper end
            as weighted_nps_upper,
        weighted.weight_coverage_rate,

        -- booleans
        scored.is_suppressed,
        coalesce(changes.nps_change_lower > 0 or changes.nps_change_upper < 0, false)
            as is_significant_change,

        -- dates
        scored.period_month,
        scored.compared_month

    from scored
    left join changes
        on scored.unit_of_count = changes.unit_of_count
            and scored.survey_purpose = changes.survey_purpose
            and scored.attribute = changes.attribute
            and scored.attribute_value = changes.attribute_value
            and scored.period_month = changes.period_month
    left join weighted
        on scored.unit_of_count = weighted.unit_of_count
            and scored.survey_purpose = weighted.survey_purpose
            and scored.attribute = weighted.attribute
            and scored.period_month = weighted.period_month
)

select * from final
