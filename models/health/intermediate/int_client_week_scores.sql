-- Grain: one row per complete week and paying client: its health score, how much of the
-- weights it rests on, and the two measures that cost it most.

with

points as (
    select * from {{ ref('int_health_points') }}
),

total_weights as (
    select sum(weight) as total_weight
    from {{ ref('health_measures') }}
),

ranked_points as (
    select
        *,
        row_number() over (
            partition by week_index, client_id
            order by lost_points desc, measure asc
        ) as loss_rank

    from points
),

client_weeks as (
    select
        week_index,
        client_id,
        snapshot_date,
        sum(weight) as known_weight,
        sum(weight * points) as weighted_points,
        max(case when loss_rank = 1 and lost_points > 0 then measure end) as first_reason,
        max(case when loss_rank = 2 and lost_points > 0 then measure end) as second_reason

    from ranked_points

    group by week_index, client_id, snapshot_date
),

scored as (
    select
        client_weeks.*,
        {{ rate('client_weeks.known_weight', 'total_weights.total_weight') }} as coverage_rate,
        {{ float_as_decimal(
            'cast(client_weeks.weighted_points as ' ~ type_double() ~ ')'
            ~ ' / cast(client_weeks.known_weight as ' ~ type_double() ~ ')', 9, 4
        ) }} as known_score

    from client_weeks
    cross join total_weights
),

final as (
    select
        week_index,
        client_id,
        known_weight,
        weighted_points,
        coverage_rate,
        case
            when coverage_rate >= {{ number_var('health_coverage_min', 0, 1) }}
                then known_score
        end as health_score,
        first_reason,
        second_reason,
        -- Weeks in a row share a number: a client that comes back starts anew.
        week_index - row_number() over (partition by client_id order by week_index)
            as spell_number,
        snapshot_date

    from scored
)

select * from final
