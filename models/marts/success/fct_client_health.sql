-- Grain: one row per client and complete week at whose end it was paying: how healthy it is,
-- from what had happened and had been loaded by then.
-- A band has hysteresis: one that was entered is left only when the score is
-- health_band_margin beyond the threshold, so that a score on a threshold does not flicker.

{%- set green = number_var('health_green_from', 0, 100) %}
{%- set yellow = number_var('health_yellow_from', 0, 100) %}
{%- set margin = number_var('health_band_margin', 0, 50) %}
{%- set spell = 'partition by client_id, spell_number order by week_index' %}
{%- set so_far = spell ~ ' rows between unbounded preceding and current row' %}

with

scores as (
    select * from {{ ref('int_client_week_scores') }}
),

features as (
    select * from {{ ref('int_client_week_features') }}
),

seat_points as (
    select * from {{ ref('int_health_points') }}
    where measure = 'active_user_rate'
),

-- In a band since its last entry, if that is later than the last exit.
latches as (
    select
        *,
        coalesce(max(case when health_score >= {{ green }} then week_index end)
            over ({{ so_far }}), -1) as green_entry,
        coalesce(max(case when health_score < {{ green }} - {{ margin }} then week_index end)
            over ({{ so_far }}), -1) as green_exit,
        coalesce(max(case when health_score < {{ yellow }} then week_index end)
            over ({{ so_far }}), -1) as red_entry,
        coalesce(max(case when health_score >= {{ yellow }} + {{ margin }} then week_index end)
            over ({{ so_far }}), -1) as red_exit,
        lag(health_score, 4) over ({{ spell }}) as earlier_score

    from scores
),

banded as (
    select
        *,
        case
            when health_score is null then 'unknown'
            when green_entry > green_exit then 'green'
            when red_entry > red_exit then 'red'
            else 'yellow'
        end as health_band

    from latches
),

aimed as (
    select
        *,
        case health_band when 'red' then 'yellow' when 'yellow' then 'green' end as next_band,
        case health_band
            when 'red' then {{ yellow }} + {{ margin }}
            when 'yellow' then {{ green }}
        end as next_band_score,
        lag(health_band) over ({{ spell }}) as previous_band

    from banded
),

-- The share of the seats that would have to be used, were all else as it is.
needed as (
    select
        aimed.*,
        features.active_user_count,
        features.seat_count,
        features.has_given_notice,
        seat_points.points + cast(aimed.next_band_score - aimed.health_score
        as {{ type_double() }}) * aimed.known_weight / seat_points.weight as needed_points,
        seat_points.value_at_zero,
        seat_points.value_at_hundred

    from aimed
    inner join features
        on aimed.week_index = features.week_index
            and aimed.client_id = features.client_id
    left join seat_points
        on aimed.week_index = seat_points.week_index
            and aimed.client_id = seat_points.client_id
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
                seat_count * (value_at_zero
                + needed_points / 100 * (value_at_hundred - value_at_zero))
                - active_user_count as decimal(18, 6)
            ), 4)) as integer)
        end as active_users_to_next_band,

        -- booleans
        has_given_notice,
        snapshot_date = max(snapshot_date) over () as is_latest,

        -- dates
        snapshot_date

    from needed
)

select * from final
