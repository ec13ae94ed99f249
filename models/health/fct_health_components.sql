-- Grain: one row per client, complete week at whose end it was paying, and measure known of
-- it: what it adds to the health score, and what it would have to be for the next band.

with

points as (
    select * from {{ ref('int_health_points') }}
),

scores as (
    select * from {{ ref('int_client_week_scores') }}
),

joined as (
    select
        points.*,
        scores.known_weight,
        points.points + cast(
            scores.next_band_score * scores.known_weight - scores.weighted_points
            as {{ type_double() }}
        ) / points.weight as needed_points

    from points
    inner join scores
        on points.week_index = scores.week_index
            and points.client_id = scores.client_id
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
        {{ float_as_decimal(
            'cast(weight * points as ' ~ type_double() ~ ')'
            ~ ' / cast(known_weight as ' ~ type_double() ~ ')', 9, 4
        ) }} as contributed_points,
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

        -- dates
        snapshot_date

    from joined
)

select * from final
