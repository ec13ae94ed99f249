-- Grain: one row per complete week and paying client: its health score, how much of the
-- weights it rests on, the two measures that cost it most, its band and the next.
-- A band has hysteresis: one that was entered is left only when the score is
-- health_band_margin beyond the threshold, so that a score on a threshold does not flicker.

{%- set green = number_var('health_green_from') %}
{%- set yellow = number_var('health_yellow_from') %}
{%- set margin = number_var('health_band_margin') %}
{%- set spell = 'partition by client_id, spell_number order by week_index' %}
{%- set so_far = spell ~ ' rows between unbounded preceding and current row' %}

with

points as (
    select * from {{ ref('active_clients', 'int_health_points') }}
),

total_weights as (
    select sum(weight) as total_weight
    from {{ ref('active_clients', 'health_measures') }}
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

spells as (
    select
        week_index,
        client_id,
        known_weight,
        weighted_points,
        coverage_rate,
        case
            when coverage_rate >= {{ number_var('health_coverage_min') }}
                then known_score
        end as health_score,
        first_reason,
        second_reason,
        -- Weeks in a row share a number: a client that comes back starts anew.
        week_index - row_number() over (partition by client_id order by week_index)
            as spell_number,
        snapshot_date

    from scored
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
            over ({{ so_far }}), -1) as red_exit

    from spells
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

final as (
    select
        week_index,
        client_id,
        known_weight,
        weighted_points,
        coverage_rate,
        health_score,
        lag(health_score, 4) over ({{ spell }}) as earlier_score,
        health_band,
        lag(health_band) over ({{ spell }}) as previous_band,
        case health_band when 'red' then 'yellow' when 'yellow' then 'green' end as next_band,
        case health_band
            when 'red' then {{ yellow }} + {{ margin }}
            when 'yellow' then {{ green }}
        end as next_band_score,
        first_reason,
        second_reason,
        snapshot_date

    from banded
)

select * from final
