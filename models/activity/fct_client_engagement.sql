-- Grain: one row per definition, client and complete week since its first qualifying event:
-- its events against its own trailing baseline, in robust standard deviations (1.4826 times
-- the median absolute deviation, and at least one event). Null without enough weeks before.

with

client_weeks as (
    select * from {{ ref('active_clients', 'int_client_weeks') }}
),

-- Median of the events of the weeks before, and median absolute deviation (MAD) from it.
{{ trailing_median(
    relation='client_weeks',
    keys=['definition_id', 'client_id'],
    position='week_index',
    value='event_count',
    length=number_var('baseline_weeks'),
) }},

scored as (
    select
        client_weeks.*,
        trailing_medians.value_count as baseline_week_count,
        trailing_medians.median_value as baseline_event_count,
        cast(
            greatest(1.4826 * {{ widened('trailing_medians.median_deviation') }}, 1)
            as decimal(18, 4)
        ) as baseline_deviation

    from client_weeks
    left join trailing_medians
        on client_weeks.definition_id = trailing_medians.definition_id
            and client_weeks.client_id = trailing_medians.client_id
            and client_weeks.week_index = trailing_medians.week_index
            and trailing_medians.value_count >= {{ number_var('baseline_weeks_min') }}
),

rated as (
    select
        *,
        cast(
            cast(event_count - baseline_event_count as {{ type_double() }})
            / cast(baseline_deviation as {{ type_double() }}) as decimal(18, 6)
        ) as engagement_score

    from scored
),

final as (
    select
        -- keys
        definition_id,
        client_id,

        -- strings
        case
            when engagement_score is null then 'unknown'
            when event_count = 0 and baseline_event_count = 0 then 'silent'
            when engagement_score <= -{{ number_var('engagement_score_limit') }} then 'falling'
            when engagement_score >= {{ number_var('engagement_score_limit') }} then 'rising'
            else 'steady'
        end as engagement_trend,

        -- numerics
        event_count,
        active_day_count,
        cast(baseline_week_count as integer) as baseline_week_count,
        baseline_event_count,
        case when engagement_score is not null then baseline_deviation end
            as baseline_deviation,
        engagement_score,

        -- booleans
        definition_id = {{ default_definition() }} as is_default_definition,

        -- dates
        week_start_date

    from rated
)

select * from final
