-- Grain: one row per period grain (day, week, month) and calendar day.
-- `period_index` counts the periods of a grain without a gap, so that a difference of two is
-- how many periods lie between them.

with

dates as (
    select
        *,
        {{ unknown_date() }} as anchor_date,
        {{ week_start(unknown_date()) }} as anchor_week_date

    from {{ ref('active_clients', 'dim_dates') }}
),

final as (
    select
        'day' as period_grain,
        cast({{ dbt.datediff(
            'anchor_date', 'date_day', 'day'
        ) }} as integer) as period_index,
        date_day,
        date_day as period_start_date,
        date_day as period_end_date

    from dates

    union all

    select
        'week' as period_grain,
        cast({{ dbt.datediff(
            'anchor_week_date', 'week_start_date', 'day'
        ) }} / 7 as integer) as period_index,
        date_day,
        week_start_date as period_start_date,
        {{ add_days('week_start_date', 6) }} as period_end_date

    from dates

    union all

    select
        'month' as period_grain,
        {{ months_between('anchor_date', 'month_start_date') }} as period_index,
        date_day,
        month_start_date as period_start_date,
        month_end_date as period_end_date

    from dates
)

select * from final
