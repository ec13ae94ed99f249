-- Grain: one row per activation criterion and counted client that has begun: its deadline, the
-- day of its outcome, and what can be known of both. A client can be judged when it began
-- within the data and, where any core action counts, within the definition's validity.

with

criteria as (
    select * from {{ ref('activation_criteria') }}
),

definitions as (
    select * from {{ ref('active_definitions') }}
),

clients as (
    select * from {{ ref('int_clients') }}
    where not is_internal
),

as_of as (
    select * from {{ ref('as_of') }}
),

history as (
    select min(activity_date) as first_usage_date
    from {{ ref('fct_usage_daily') }}
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

final as (
    select
        dated.criterion_id,
        dated.client_id,
        dated.definition_id,
        dated.step_number,
        dated.min_events,
        dated.min_users,
        definitions.window_days,
        coalesce(dated.started_date >= history.first_usage_date, false)
        and (
            dated.event_name is not null
            or ({{ is_within('dated.started_date', 'definitions') }})
        ) as is_judged,
        dated.outcome_date <= as_of.as_of_date
        and {{ is_within('dated.outcome_date', 'definitions') }} as has_outcome,
        dated.started_date,
        dated.deadline_date,
        dated.outcome_date,
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
)

select * from final
