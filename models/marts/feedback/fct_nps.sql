-- Grain: one row per unit of count, survey purpose, month and segment, and for all segments
-- together (segment `all`). Scores are computed from counts at every level, and null below
-- nps_suppressed_below responses; the interval is adjusted Wald, 95 %.

with

responses as (
    select * from {{ ref('int_nps_responses_counted') }}
),

clients as (
    select * from {{ ref('dim_clients') }}
),

responses_by_segment as (
    select
        responses.*,
        clients.segment

    from responses
    inner join clients
        on responses.client_id = clients.client_id

    union all

    select
        responses.*,
        'all' as segment

    from responses
),

counts as (
    select
        unit_of_count,
        survey_purpose,
        period_month,
        segment,
        cast(sum(case when nps_group = 'promoter' then 1 else 0 end) as bigint)
            as promoter_count,
        cast(sum(case when nps_group = 'passive' then 1 else 0 end) as bigint)
            as passive_count,
        cast(sum(case when nps_group = 'detractor' then 1 else 0 end) as bigint)
            as detractor_count,
        count(*) as response_count

    from responses_by_segment

    group by unit_of_count, survey_purpose, period_month, segment
),

scored as (
    select
        *,
        response_count < {{ number_var('nps_suppressed_below') }} as is_suppressed,
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
        unit_of_count,
        survey_purpose,
        segment,

        -- strings
        case
            when is_suppressed then 'suppressed'
            when response_count < {{ number_var('nps_insufficient_below') }}
                then 'insufficient'
            else 'sufficient'
        end as evidence,

        -- numerics
        promoter_count,
        passive_count,
        detractor_count,
        response_count,
        case when not is_suppressed then raw_nps end as nps,
        case when not is_suppressed then raw_nps_lower end as nps_lower,
        case when not is_suppressed then raw_nps_upper end as nps_upper,

        -- booleans
        is_suppressed,

        -- dates
        period_month

    from scored
)

select * from final
