-- Grain: one row per activation criterion and counted client that has begun. A client meets a
-- criterion when it reaches the criterion's events and users within so many days of its first
-- day. A client that began before the first usage in the data, or when the definition was not
-- valid where any core action counts, cannot be judged: is_judged is false.

with

criteria as (
    select * from {{ ref('active_clients', 'activation_criteria') }}
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
    where not is_internal
),

counts as (
    select * from {{ ref('active_clients', 'int_activation_counts') }}
),

active_spans as (
    select * from {{ ref('active_clients', 'int_client_active_spans') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

history as (
    select min(activity_date) as first_usage_date
    from {{ ref('active_clients', 'fct_usage_daily') }}
),

dated as (
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

-- Where any core action counts, what is known of a client ends with the definition.
candidates as (
    select
        dated.*,
        definitions.window_days,
        coalesce(dated.started_date >= history.first_usage_date, false)
        and (
            dated.event_name is not null
            or ({{ is_within('dated.started_date', 'definitions') }})
        ) as is_judged,
        dated.outcome_date <= as_of.as_of_date
        and {{ is_within('dated.outcome_date', 'definitions') }} as has_outcome,
        case
            when dated.event_name is null
                and dated.started_date < {{ or_never('definitions.valid_to') }}
                then {{ last_known_date('definitions') }}
            else as_of.as_of_date
        end as observed_to_date

    from dated
    cross join as_of
    cross join history
    inner join definitions
        on dated.definition_id = definitions.definition_id
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
