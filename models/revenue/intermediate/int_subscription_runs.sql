-- Grain: one row per subscription and run of days on which it recurs without a break and with
-- the same billing interval. `run_end_date` is exclusive, far away while it runs on
-- as_of_date.

with

versions as (
    select * from {{ ref('active_clients', 'int_subscription_versions') }}
    where has_contract_mrr
),

billing_intervals as (
    select * from {{ ref('active_clients', 'billing_intervals') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

neighbours as (
    select
        *,
        lag(valid_to) over (
            partition by subscription_id
            order by version
        ) as previous_valid_to,
        lag(billing_interval) over (
            partition by subscription_id
            order by version
        ) as previous_interval,
        lag(billing_interval_count) over (
            partition by subscription_id
            order by version
        ) as previous_interval_count

    from versions
),

compared as (
    select
        *,
        case
            when previous_valid_to = valid_from
                and previous_interval = billing_interval
                and previous_interval_count = billing_interval_count then 0
            else 1
        end as is_first

    from neighbours
),

numbered as (
    select
        *,
        max(version) over (partition by subscription_id) as last_version,
        sum(is_first) over (
            partition by subscription_id
            order by version
            rows between unbounded preceding and current row
        ) as run_number

    from compared
),

runs as (
    select
        subscription_id,
        client_id,
        billing_interval,
        billing_interval_count,
        min(valid_from) as run_start_date,
        max(valid_to) as run_end_date,
        max(case when version = last_version then notice_date end) as notice_date

    from numbered

    group by subscription_id, client_id, billing_interval, billing_interval_count, run_number
),

final as (
    select
        runs.subscription_id,
        runs.client_id,
        runs.billing_interval,
        -- A month and what is made of months; else days.
        cast(case
            when billing_intervals.intervals_per_year <= 12
                then runs.billing_interval_count * 12 / billing_intervals.intervals_per_year
            else 0
        end as integer) as term_months,
        case
            when runs.billing_interval = 'week' then 7 * runs.billing_interval_count
            when runs.billing_interval = 'day' then runs.billing_interval_count
            else 0
        end as term_days,
        case
            when runs.run_end_date > as_of.as_of_date
                and runs.run_end_date < {{ never() }}
                and runs.notice_date <= as_of.as_of_date
                then runs.run_end_date
        end as scheduled_end_date,
        -- Another billing interval of the same subscription goes on from the one before.
        coalesce(lag(runs.run_end_date) over (
            partition by runs.subscription_id
            order by runs.run_start_date
        ) < runs.run_start_date, true) as begins_anew,
        runs.run_start_date,
        case
            when runs.run_end_date <= as_of.as_of_date then runs.run_end_date
            else {{ never() }}
        end as run_end_date

    from runs
    inner join billing_intervals
        on runs.billing_interval = billing_intervals.billing_interval
    cross join as_of

    where runs.run_start_date <= as_of.as_of_date
)

select * from final
