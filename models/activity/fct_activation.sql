-- Grain: one row per activation criterion and client. A client meets a criterion when it
-- reaches the criterion's events and users within so many days of its first day.
-- A client that began before the first usage in the data, or when the definition was not
-- valid, cannot be judged: is_judged is false.

with

candidates as (
    select * from {{ ref('int_activation_candidates') }}
),

counts as (
    select * from {{ ref('int_activation_counts') }}
),

active_spans as (
    select * from {{ ref('int_client_active_spans') }}
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
            ~ 'candidates.observed_to_date)',
            'day'
        ) }} as integer) as observed_days,

        -- booleans
        candidates.is_judged,
        met_dates.activated_date is not null as is_activated,
        candidates.deadline_date <= candidates.observed_to_date as is_mature,
        case
            when candidates.has_outcome then active_spans.client_id is not null
        end as is_retained,
        candidates.has_outcome,

        -- dates
        candidates.started_date,
        candidates.deadline_date,
        met_dates.activated_date,
        candidates.outcome_date

    from candidates
    left join met_dates
        on candidates.criterion_id = met_dates.criterion_id
            and candidates.client_id = met_dates.client_id
    left join active_spans
        on candidates.definition_id = active_spans.definition_id
            and candidates.client_id = active_spans.client_id
            and candidates.window_days = active_spans.window_days
            and candidates.outcome_date >= active_spans.active_from
            and candidates.outcome_date < active_spans.active_to
)

select * from final
