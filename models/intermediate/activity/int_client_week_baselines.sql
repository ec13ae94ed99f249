-- Grain: one row per definition, client and week that has enough weeks before it: median of
-- the events of the weeks before it, and median absolute deviation (MAD) from that median.

{% set week = ['definition_id', 'client_id', 'week_index'] %}

with

client_weeks as (
    select * from {{ ref('int_client_weeks') }}
),

previous_weeks as (
    select
        client_weeks.definition_id,
        client_weeks.client_id,
        client_weeks.week_index,
        previous.event_count

    from client_weeks
    inner join client_weeks as previous
        on client_weeks.definition_id = previous.definition_id
            and client_weeks.client_id = previous.client_id
            and client_weeks.week_index > previous.week_index
            and client_weeks.week_index
            <= previous.week_index + {{ number_var('baseline_weeks', 2) }}
),

baselines as (
    {{ median_by('previous_weeks', week, 'event_count', 'median_event_count') }}
),

deviations as (
    select
        previous_weeks.definition_id,
        previous_weeks.client_id,
        previous_weeks.week_index,
        abs(previous_weeks.event_count - baselines.median_event_count) as deviation

    from previous_weeks
    inner join baselines
        on previous_weeks.definition_id = baselines.definition_id
            and previous_weeks.client_id = baselines.client_id
            and previous_weeks.week_index = baselines.week_index
),

median_deviations as (
    {{ median_by('deviations', week, 'deviation', 'median_deviation') }}
),

week_counts as (
    select
        {{ week | join(', ') }},
        count(*) as week_count

    from previous_weeks

    group by {{ week | join(', ') }}
),

final as (
    select
        baselines.definition_id,
        baselines.client_id,
        baselines.week_index,
        week_counts.week_count,
        baselines.median_event_count,
        median_deviations.median_deviation

    from baselines
    inner join median_deviations
        on baselines.definition_id = median_deviations.definition_id
            and baselines.client_id = median_deviations.client_id
            and baselines.week_index = median_deviations.week_index
    inner join week_counts
        on baselines.definition_id = week_counts.definition_id
            and baselines.client_id = week_counts.client_id
            and baselines.week_index = week_counts.week_index

    where week_counts.week_count >= {{ number_var('baseline_weeks_min', 2) }}
)

select * from final
