{#
    Versions of subscriptions with the days on which their revenue recurs and its monthly value
    in the original currency: every column of `versions`, and
    recurs_from, recurs_to  the instants between which it recurs, far away while it runs
    valid_from, valid_to    the days; changes of a client close to each other share one
    contract_mrr_amount, billed_mrr_amount, mrr_amount
    has_recurring_status    whether its status lets revenue recur
    is_recurring            whether it recurs, on at least one day
    has_contract_mrr        whether what recurs has a price
    has_mrr                 whether something is left of it after discounts that count

    versions           a relation with one row per version, and per key
    billing_intervals  the relation with the intervals of a year
    as_of              a relation with as_of_date, the last day whose changes count
    last_day           that day instead, as an expression
    keys               columns within which histories are independent
#}
{% macro recurring_spans(versions, billing_intervals, as_of=none, keys=[], last_day=none) %}
{%- set of_subscription = (keys + ['subscription_id']) | join(', ') -%}
{%- set of_client = (keys + ['client_id']) | join(', ') -%}
with

versions as (
    select * from {{ versions }}
),

neighbours as (
    select
        *,
        lead(started_at) over (
            partition by {{ of_subscription }}
            order by version
        ) as next_started_at,
        lag(subscription_status) over (
            partition by {{ of_subscription }}
            order by version
        ) as previous_status

    from versions
),

-- Versions past due that follow each other are one spell, whose grace runs once.
spells as (
    select
        *,
        max(case
            when subscription_status = 'past_due'
                and coalesce(previous_status, 'none') <> 'past_due' then started_at
        end) over (
            partition by {{ of_subscription }}
            order by version
            rows between unbounded preceding and current row
        ) as past_due_since

    from neighbours
),

-- A version ends where the next one begins, even if its own end was never delivered.
ended as (
    select
        *,
        least(
            coalesce(ended_at, {{ far_future() }}),
            {% if mrr_policy('churn_recognition') == 'request' %}
            coalesce(canceled_at, {{ far_future() }}),
            {% endif %}
            coalesce(next_started_at, {{ far_future() }})
        ) as version_ended_at,
        {{ dbt.dateadd('day', mrr_policy('past_due_grace_days'), 'past_due_since') }}
            as grace_ended_at

    from spells
),

bounded as (
    select
        ended.*,
        {{ is_recurring_status('subscription_status') }} as has_recurring_status,
        case
            when trial_ends_at > started_at then trial_ends_at
            else started_at
        end as recurs_from,
        case
            when subscription_status = 'past_due' then least(grace_ended_at, version_ended_at)
            else version_ended_at
        end as recurs_to

    from ended
),

{{ grouped_changes('bounded', as_of, keys, last_day) }},

dated as (
    select
        bounded.*,
        coalesce(moved_starts.change_date, {{ reporting_date('bounded.recurs_from') }})
            as valid_from,
        case
            when bounded.recurs_to < {{ far_future() }}
                then coalesce(
                    moved_ends.change_date, {{ reporting_date('bounded.recurs_to') }}
                )
            else {{ never() }}
        end as valid_to,
        cast(
            {{ widened('bounded.quantity') }} * bounded.unit_price_amount as {{ type_double() }}
        )
        * billing_intervals.intervals_per_year
        / (12 * bounded.billing_interval_count) as list_mrr,
        {{ counted_discount_rate() }} as counted_discount_rate

    from bounded
    inner join {{ billing_intervals }} as billing_intervals
        on bounded.billing_interval = billing_intervals.billing_interval
    left join moved_changes as moved_starts
        on bounded.recurs_from = moved_starts.changed_at
            {{ same_keys('bounded', 'moved_starts', keys) }}
    left join moved_changes as moved_ends
        on bounded.recurs_to = moved_ends.changed_at
            {{ same_keys('bounded', 'moved_ends', keys) }}
),

valued as (
    select
        *,
        cast(list_mrr as decimal(18, 4)) as contract_mrr_amount,
        cast(list_mrr * (1 - discount_rate) as decimal(18, 4)) as billed_mrr_amount,
        cast(list_mrr * (1 - counted_discount_rate) as decimal(18, 4)) as mrr_amount,
        has_recurring_status and valid_from < valid_to as is_recurring

    from dated
)

select
    *,
    is_recurring and contract_mrr_amount > 0 as has_contract_mrr,
    is_recurring and mrr_amount > 0 as has_mrr

from valued
{% endmacro %}
