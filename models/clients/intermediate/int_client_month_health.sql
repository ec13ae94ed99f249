-- Grain: one row per client and month at the end of whose last complete week it was paying:
-- its health then.

with

health as (
    select * from {{ ref('fct_client_health') }}
),

weeks as (
    select * from {{ ref('int_date_periods') }}
    where period_grain = 'week' and date_day = period_end_date
),

as_of as (
    select * from {{ ref('as_of') }}
),

last_weeks as (
    select
        {{ month_start('weeks.date_day') }} as period_month,
        max(weeks.date_day) as snapshot_date

    from weeks
    inner join as_of
        on weeks.date_day <= as_of.as_of_date

    group by {{ month_start('weeks.date_day') }}
),

final as (
    select
        health.client_id,
        last_weeks.period_month,
        health.health_band,
        health.health_score

    from health
    inner join last_weeks
        on health.snapshot_date = last_weeks.snapshot_date
)

select * from final
