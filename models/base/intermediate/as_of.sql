-- Grain: one row, the project's only "today".
-- The variable as_of_date, or the last complete day in the data: the latest day with usage
-- before the day of the last load; without any usage, the latest day of anything else.

-- depends_on: {{ ref('int_usage_events') }}
-- depends_on: {{ ref('int_subscriptions_classified') }}
-- depends_on: {{ ref('int_survey_responses_classified') }}

with

{% if var('as_of_date') %}
final as (
    select {{ date_var('as_of_date') }} as as_of_date
)
{% else %}
usage_days as (
    select
        activity_date as occurred_date,
        loaded_date,
        1 as preference

    from {{ ref('int_usage_events') }}

    where disposition = 'accepted'
),

other_days as (
    select
        {{ reporting_date('started_at') }} as occurred_date,
        cast(loaded_at as date) as loaded_date,
        2 as preference

    from {{ ref('int_subscriptions_classified') }}

    where disposition = 'accepted'

    union all

    select
        {{ reporting_date('responded_at') }} as occurred_date,
        cast(loaded_at as date) as loaded_date,
        2 as preference

    from {{ ref('int_survey_responses_classified') }}

    where disposition = 'accepted'
),

all_days as (
    select * from usage_days
    union all
    select * from other_days
),

last_loads as (
    select
        preference,
        max(loaded_date) as last_loaded_date

    from all_days

    group by preference
),

last_days as (
    select
        all_days.preference,
        max(all_days.occurred_date) as as_of_date

    from all_days
    inner join last_loads
        on all_days.preference = last_loads.preference

    where all_days.occurred_date < last_loads.last_loaded_date

    group by all_days.preference
),

final as (
    select
        coalesce(
            max(case when preference = 1 then as_of_date end),
            max(as_of_date),
            {{ date_var('calendar_start_date') }}
        ) as as_of_date

    from last_days
)
{% endif %}

select * from final
