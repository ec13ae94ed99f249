-- Grain: one row per definition, entity type, period grain (day, week, month) and period, from
-- the first activity to as_of_date or the end of the definition. How many clients or users were
-- new, retained, resurrected, dormant or inactive; the last two are null unless the whole
-- period has elapsed by then.

{% set group = 'definition_id, entity_type, period_grain' %}

with

lifecycle as (
    select * from {{ ref('active_clients', 'fct_lifecycle') }}
),

date_periods as (
    select * from {{ ref('active_clients', 'int_date_periods') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

first_periods as (
    select
        {{ group }},
        min(period_start_date) as first_start_date

    from lifecycle

    group by {{ group }}
),

periods as (
    select distinct
        first_periods.definition_id,
        first_periods.entity_type,
        first_periods.period_grain,
        date_periods.period_start_date,
        date_periods.period_end_date <= {{ last_known_date('definitions') }} as is_complete

    from first_periods
    inner join {{ ref('active_clients', 'active_definitions') }} as definitions
        on first_periods.definition_id = definitions.definition_id
    cross join as_of
    inner join date_periods
        on first_periods.period_grain = date_periods.period_grain
            and first_periods.first_start_date <= date_periods.date_day
            and as_of.as_of_date >= date_periods.date_day
            and {{ or_never('definitions.valid_to') }} > date_periods.date_day
),

status_counts as (
    select
        {{ group }},
        period_start_date,
        sum(case when lifecycle_status = 'new' then 1 else 0 end) as new_count,
        sum(case when lifecycle_status = 'retained' then 1 else 0 end) as retained_count,
        sum(case when lifecycle_status = 'resurrected' then 1 else 0 end) as resurrected_count,
        sum(case when lifecycle_status = 'dormant' then 1 else 0 end) as dormant_count

    from lifecycle

    group by {{ group }}, period_start_date
),

counts as (
    select
        periods.definition_id,
        periods.entity_type,
        periods.period_grain,
        periods.period_start_date,
        periods.is_complete,
        coalesce(status_counts.new_count, 0) as new_count,
        coalesce(status_counts.retained_count, 0) as retained_count,
        coalesce(status_counts.resurrected_count, 0) as resurrected_count,
        coalesce(status_counts.dormant_count, 0) as dormant_count

    from periods
    left join status_counts
        on periods.definition_id = status_counts.definition_id
            and periods.entity_type = status_counts.entity_type
            and periods.period_grain = status_counts.period_grain
            and periods.period_start_date = status_counts.period_start_date
),

totals as (
    select
        *,
        new_count + retained_count + resurrected_count as active_count,
        sum(new_count) over (
            partition by {{ group }}
            order by period_start_date
            rows between unbounded preceding and current row
        ) as started_count

    from counts
),

final as (
    select
        {{ group }},
        cast(active_count as bigint) as active_count,
        cast(new_count as bigint) as new_count,
        cast(retained_count as bigint) as retained_count,
        cast(resurrected_count as bigint) as resurrected_count,
        cast(case when is_complete then dormant_count end as bigint) as dormant_count,
        cast(case
            when is_complete then started_count - active_count - dormant_count
        end as bigint) as inactive_count,
        is_complete,
        definition_id = {{ default_definition() }} as is_default_definition,
        period_start_date

    from totals
)

select * from final
