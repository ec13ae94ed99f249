-- Grain: one row per complete week and paying client: the band of its health, and the next.
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

final as (
    select
        week_index,
        client_id,
        health_band,
        lag(health_band) over ({{ spell }}) as previous_band,
        case health_band when 'red' then 'yellow' when 'yellow' then 'green' end as next_band,
        case health_band
            when 'red' then {{ yellow }} + {{ margin }}
            when 'yellow' then {{ green }}
        end as next_band_score,
        lag(health_score, 4) over ({{ spell }}) as earlier_score,
        snapshot_date

    from banded
)

select * from final
