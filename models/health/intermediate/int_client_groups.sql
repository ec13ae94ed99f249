-- Grain: one row per grouping, origin week and client that is judged: the group it is in, and
-- the rate at which that group had churned in origins whose horizon had elapsed by then,
-- drawn to the rate of all by ten clients' worth. Null before the first such origin.

with

outcomes as (
    select * from {{ ref('active_clients', 'int_client_week_outcomes') }}
    where is_origin and is_predicted and churned_count is not null
),

grouped as (
    select
        'base_rate' as score_name,
        'all' as group_value,
        outcomes.*

    from outcomes

    union all

    select
        'tenure' as score_name,
        tenure_band as group_value,
        outcomes.*

    from outcomes

    union all

    select
        'health_score' as score_name,
        health_band as group_value,
        outcomes.*

    from outcomes
),

origin_counts as (
    select
        score_name,
        group_value,
        outcome_date,
        count(*) as client_count,
        sum(churned_count) as churned_count

    from grouped

    group by score_name, group_value, outcome_date
),

origins as (
    select distinct
        score_name,
        group_value,
        snapshot_date

    from grouped
),

histories as (
    select
        origins.score_name,
        origins.group_value,
        origins.snapshot_date,
        sum(earlier.client_count) as all_count,
        sum(earlier.churned_count) as all_churned_count,
        sum(case
            when origins.group_value = earlier.group_value then earlier.client_count else 0
        end) as client_count,
        sum(case
            when origins.group_value = earlier.group_value then earlier.churned_count else 0
        end) as churned_count

    from origins
    inner join origin_counts as earlier
        on origins.score_name = earlier.score_name
            and origins.snapshot_date >= earlier.outcome_date

    group by origins.score_name, origins.group_value, origins.snapshot_date
),

final as (
    select
        grouped.score_name,
        grouped.week_index,
        grouped.client_id,
        grouped.group_value,
        {{ rate(
            'histories.churned_count + 10 * cast(histories.all_churned_count as '
            ~ type_double() ~ ') / histories.all_count',
            'histories.client_count + 10'
        ) }} as probability

    from grouped
    left join histories
        on grouped.score_name = histories.score_name
            and grouped.group_value = histories.group_value
            and grouped.snapshot_date = histories.snapshot_date
)

select * from final
