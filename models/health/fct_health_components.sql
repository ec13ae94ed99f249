-- Grain: one row per client, complete week at whose end it was paying, and measure known of
-- it: what it adds to the health score, and what it would have to be for the next band.

with

points as (
    select * from {{ ref('active_clients', 'int_health_points') }}
),

scores as (
    select * from {{ ref('active_clients', 'int_client_week_scores') }}
),

features as (
    select * from {{ ref('active_clients', 'int_client_week_facts') }}
),

joined as (
    select
        points.*,
        features.is_reconstructed,
        scores.known_weight,
        points.points + cast(
            scores.next_band_score * {{ widened('scores.known_weight') }}
            - scores.weighted_points
            as {{ type_double() }}
        ) / points.weight as needed_points,
        {{ float_as_decimal(
            'cast(points.weight * points.points as ' ~ type_double() ~ ')'
            ~ ' / cast(scores.known_weight as ' ~ type_double() ~ ')', 9, 4
        ) }} as contributed_points

    from points
    inner join scores
        on points.week_index = scores.week_index
            and points.client_id = scores.client_id
    inner join features
        on points.week_index = features.week_index
            and points.client_id = features.client_id
),

compared as (
    select
        *,
        lag(contributed_points) over (
            partition by client_id, measure
            order by week_index
        ) as previous_points,
        lag(week_index) over (
            partition by client_id, measure
            order by week_index
        ) as previous_week_index

    from joined
),

final as (
    select
        -- keys
        client_id,
        measure,

        -- strings
        component,

        -- numerics
        cast(weight as decimal(9, 4)) as weight,
        measure_value,
        points,
        {{ rate('weight', 'known_weight') }} as weight_share_rate,
        contributed_points,
        cast(
            case
                when previous_week_index = week_index - 1
                    then contributed_points - previous_points
            end
            as decimal(9, 4)
        ) as points_change,
        {{ float_as_decimal(
            'cast(lost_points as ' ~ type_double() ~ ')'
            ~ ' / cast(known_weight as ' ~ type_double() ~ ')', 9, 4
        ) }} as lost_points,
        case
            when needed_points <= 100
                then {{ float_as_decimal(
                    'value_at_zero + needed_points / 100 * (value_at_hundred - value_at_zero)',
                    18, 6
                ) }}
        end as value_for_next_band,

        -- booleans
        is_reconstructed,

        -- dates
        snapshot_date

    from compared
)

select * from final
