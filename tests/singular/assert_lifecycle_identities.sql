-- Active of a period are new, retained and resurrected; active of the one before are retained
-- and dormant; and all are what counting the active days again gives.

with

counts as (
    select * from {{ ref('fct_lifecycle_counts') }}
),

active_days as (
    select
        definition_id,
        'client' as entity_type,
        client_id as entity_id,
        activity_date

    from {{ ref('fct_client_activity_daily') }}

    union all

    select
        definition_id,
        'user' as entity_type,
        user_id as entity_id,
        activity_date

    from {{ ref('fct_user_activity_daily') }}
),

date_periods as (
    select * from {{ ref('int_date_periods') }}
),

counted_again as (
    select
        active_days.definition_id,
        active_days.entity_type,
        date_periods.period_grain,
        date_periods.period_start_date,
        count(distinct active_days.entity_id) as active_count

    from active_days
    inner join date_periods
        on active_days.activity_date = date_periods.date_day

    group by
        active_days.definition_id,
        active_days.entity_type,
        date_periods.period_grain,
        date_periods.period_start_date
),

sequenced as (
    select
        *,
        lag(active_count) over (
            partition by definition_id, entity_type, period_grain
            order by period_start_date
        ) as previous_active_count

    from counts
)

select
    sequenced.*,
    counted_again.active_count as counted_again

from sequenced
left join counted_again
    on sequenced.definition_id = counted_again.definition_id
        and sequenced.entity_type = counted_again.entity_type
        and sequenced.period_grain = counted_again.period_grain
        and sequenced.period_start_date = counted_again.period_start_date

where sequenced.active_count
    <> sequenced.new_count + sequenced.retained_count + sequenced.resurrected_count
    or sequenced.active_count <> coalesce(counted_again.active_count, 0)
    or (
        sequenced.is_complete
        and coalesce(sequenced.previous_active_count, 0)
        <> sequenced.retained_count + sequenced.dormant_count
    )
