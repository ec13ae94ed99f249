-- Grain: one row per definition, client and week that has enough weeks before it: median of
-- the events of the weeks before it, and median absolute deviation (MAD) from that median.

with

client_weeks as (
    select * from {{ ref('int_client_weeks') }}
),

{{ trailing_median(
    relation='client_weeks',
    keys=['definition_id', 'client_id'],
    position='week_index',
    value='event_count',
    length=number_var('baseline_weeks', 2),
) }},

final as (
    select
        definition_id,
        client_id,
        week_index,
        value_count as week_count,
        median_value as median_event_count,
        median_deviation

    from trailing_medians

    where value_count >= {{ number_var('baseline_weeks_min', 2) }}
)

select * from final
