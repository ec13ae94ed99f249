-- Grain: one row per client and complete week at whose end it was paying: how healthy it is,
-- from what had happened and was known by then.

with

scores as (
    select * from {{ ref('active_clients', 'int_client_week_scores') }}
),

features as (
    select * from {{ ref('active_clients', 'int_client_week_facts') }}
),

seat_points as (
    select * from {{ ref('active_clients', 'int_health_points') }}
    where measure = 'active_user_rate'
),

-- The share of the seats that would have to be used, were all else as it is.
needed as (
    select
        scores.*,
        features.active_user_count,
        features.seat_count,
        features.has_given_notice,
        features.is_reconstructed,
        seat_points.points + cast(
            scores.next_band_score * {{ widened('scores.known_weight') }}
            - scores.weighted_points
            as {{ type_double() }}
        ) / seat_points.weight as needed_points,
        seat_points.value_at_zero,
        seat_points.value_at_hundred

    from scores
    inner join features
        on scores.week_index = features.week_index
            and scores.client_id = features.client_id
    left join seat_points
        on scores.week_index = seat_points.week_index
            and scores.client_id = seat_points.client_id
),

final as (
    select
        -- keys
        client_id,

        -- strings
        health_band,
        previous_band,
        next_band,
        first_reason,
        second_reason,

        -- numerics
        health_score,
        coverage_rate,
        cast(health_score - earlier_score as decimal(9, 4)) as score_change,
        cast(next_band_score - health_score as decimal(9, 4)) as points_to_next_band,
        case
            when needed_points <= 100 then cast(ceil(round(cast(
                    seat_count * (
                        value_at_zero
                        + needed_points / 100 * (value_at_hundred - value_at_zero)
                    )
                    - active_user_count as decimal(18, 6)
                ), 4)) as integer)
        end as active_users_to_next_band,

        -- booleans
        has_given_notice,
        is_reconstructed,
        snapshot_date = max(snapshot_date) over () as is_latest,

        -- dates
        snapshot_date

    from needed
)

select * from final
