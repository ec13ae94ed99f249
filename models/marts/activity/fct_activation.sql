-- Grain: one row per activation criterion and client. A client meets a criterion when it
-- reaches the criterion's events and users within so many days of its first day.
-- A client that began before the first usage in the data cannot be judged: is_judged is false.

with

criteria as (
    select * from {{ ref('activation_criteria') }}
),

clients as (
    select * from {{ ref('dim_clients') }}
    where not is_internal
),

counts as (
    select * from {{ ref('int_activation_counts') }}
),

definitions as (
    select * from {{ ref('active_definitions') }}
),

active_spans as (
    select * from {{ ref('int_client_active_spans') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

history as (
    select min(activity_date) as first_usage_date
    from {{ ref('fct_usage_daily') }}
),

candidates as (
    select
        criteria.*,
        clients.client_id,
        clients.created_date as started_date,
        {{ add_days('clients.created_date', 'criteria.within_days') }} as deadline_date,
        {{ add_days('clients.created_date', 'criteria.retained_after_days') }} as outcome_date

    from criteria
    cross join clients
    inner join as_of
        on clients.created_date <= as_of.as_of_date
),

met_dates as (
    select
        candidates.criterion_id,
        candidates.client_id,
        min(counts.activity_date) as activated_date

    from candidates
    inner join counts
        on candidates.criterion_id = counts.criterion_id
            and candidates.client_id = counts.client_id
            and candidates.deadline_date >= counts.activity_date
            and candidates.min_events <= counts.event_count
            and candidates.min_users <= counts.user_count

    group by candidates.criterion_id, candidates.client_id
),

final as (
    select
        -- keys
        candidates.criterion_id,
        candidates.client_id,
        candidates.definition_id,

        -- numerics
        candidates.step_number,
        cast({{ dbt.datediff(
            'candidates.started_date', 'met_dates.activated_date', 'day'
        ) }} as integer) as days_to_value,
        cast({{ dbt.datediff(
            'candidates.started_date',
            'least(coalesce(met_dates.activated_date, candidates.deadline_date), '
            ~ 'as_of.as_of_date)',
            'day'
        ) }} as integer) as observed_days,

        -- booleans
        coalesce(candidates.started_date >= history.first_usage_date, false) as is_judged,
        met_dates.activated_date is not null as is_activated,
        candidates.deadline_date <= as_of.as_of_date as is_mature,
        case
            when candidates.outcome_date <= as_of.as_of_date
                then active_spans.client_id is not null
        end as is_retained,
        candidates.outcome_date <= as_of.as_of_date as has_outcome,

        -- dates
        candidates.started_date,
        candidates.deadline_date,
        met_dates.activated_date,
        candidates.outcome_date

    from candidates
    cross join as_of
    cross join history
    inner join definitions
        on candidates.definition_id = definitions.definition_id
    left join met_dates
        on candidates.criterion_id = met_dates.criterion_id
            and candidates.client_id = met_dates.client_id
    left join active_spans
        on candidates.definition_id = active_spans.definition_id
            and candidates.client_id = active_spans.client_id
            and definitions.window_days = active_spans.window_days
            and candidates.outcome_date >= active_spans.active_from
            and candidates.outcome_date < active_spans.active_to
)

select * from final
