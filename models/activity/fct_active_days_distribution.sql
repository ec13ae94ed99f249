-- Grain: one row per definition, entity type, window (7, 28), month end or as_of_date, and
-- count of active days: how many clients or users were active on exactly so many days of the
-- window that ends with the date (L7, L28).

with

client_activity as (
    select * from {{ ref('active_clients', 'fct_client_activity_daily') }}
),

user_activity as (
    select * from {{ ref('active_clients', 'fct_user_activity_daily') }}
),

dates as (
    select * from {{ ref('active_clients', 'dim_dates') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

-- Who acts for two clients on a day is one user.
active_days as (
    select
        definition_id,
        'client' as entity_type,
        client_id as entity_id,
        activity_date

    from client_activity

    union all

    select distinct
        definition_id,
        'user' as entity_type,
        user_id as entity_id,
        activity_date

    from user_activity
),

-- A day lies in the window of its own month's end and in that of as_of_date at most, so
-- each active day is met once or twice, whatever the window.
snapshots as (
    select
        dates.date_day,
        dates.month_end_date as snapshot_date

    from dates
    cross join as_of

    where dates.month_end_date <= as_of.as_of_date

    {{ union_distinct() }}

    select
        dates.date_day,
        as_of.as_of_date as snapshot_date

    from dates
    inner join as_of
        on dates.date_day <= as_of.as_of_date
            and dates.date_day > {{ add_days('as_of.as_of_date', -28) }}
),

windows as (
    select 7 as window_days
    union all
    select 28 as window_days
),

day_counts as (
    select
        active_days.definition_id,
        active_days.entity_type,
        active_days.entity_id,
        windows.window_days,
        snapshots.snapshot_date,
        count(*) as active_day_count

    from active_days
    inner join snapshots
        on active_days.activity_date = snapshots.date_day
    inner join windows
        on {{ dbt.datediff('active_days.activity_date', 'snapshots.snapshot_date', 'day') }}
            < windows.window_days

    group by
        active_days.definition_id,
        active_days.entity_type,
        active_days.entity_id,
        windows.window_days,
        snapshots.snapshot_date
),

final as (
    select
        definition_id,
        entity_type,
        cast(window_days as integer) as window_days,
        cast(active_day_count as integer) as active_day_count,
        count(*) as entity_count,
        definition_id = {{ default_definition() }} as is_default_definition,
        snapshot_date

    from day_counts

    group by definition_id, entity_type, window_days, active_day_count, snapshot_date
)

select * from final
