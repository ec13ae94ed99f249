-- Grain: one row per subscription and term [term_start_date, term_end_date): what one bill pays
-- for, counted from the first day of the run, so that a 31st stays a month's end. A term that
-- the run's end cuts short ends there, also where that is to come and known. With the MRR of
-- its last day (or of as_of_date, while it runs) and of the day it ended, at the exchange
-- rates of that day.

with

versions as (
    select * from {{ ref('active_clients', 'int_subscription_versions') }}
    where has_contract_mrr
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

runs as (
    select
        runs.*,
        as_of.as_of_date,
        cast(floor({{ dbt.datediff(
            'runs.run_start_date',
            earlier('runs.run_end_date', 'as_of.as_of_date'),
            'day',
        ) }} / cast(runs.term_days + 28 * runs.term_months as {{ type_double() }})) as integer)
            as last_term_number

    from {{ ref('active_clients', 'int_subscription_runs') }} as runs
    cross join as_of
),

numbers as (
    select row_number() over (order by date_day) - 1 as term_number
    from {{ ref('active_clients', 'dim_dates') }}
),

numbered_terms as (
    select
        runs.*,
        numbers.term_number,
        case
            when runs.term_days > 0 then {{ add_days(
                'runs.run_start_date', 'cast(numbers.term_number * runs.term_days as integer)'
            ) }}
            else {{ add_months(
                'runs.run_start_date', 'cast(numbers.term_number * runs.term_months as integer)'
            ) }}
        end as term_start_date,
        case
            when runs.term_days > 0 then {{ add_days(
                'runs.run_start_date',
                'cast((numbers.term_number + 1) * runs.term_days as integer)'
            ) }}
            else {{ add_months(
                'runs.run_start_date',
                'cast((numbers.term_number + 1) * runs.term_months as integer)'
            ) }}
        end as due_date,
        case
            when runs.term_days > 0 then {{ add_days(
                'runs.run_start_date',
                'cast((numbers.term_number + 2) * runs.term_days as integer)'
            ) }}
            else {{ add_months(
                'runs.run_start_date',
                'cast((numbers.term_number + 2) * runs.term_months as integer)'
            ) }}
        end as next_due_date

    from runs
    inner join numbers
        on runs.last_term_number >= numbers.term_number
),

terms as (
    select
        subscription_id,
        client_id,
        billing_interval,
        term_months,
        -- Who leaves in the midst of the next term does not renew for one.
        {{ or_never('scheduled_end_date') }} < next_due_date as is_cancellation_scheduled,
        {{ earlier('run_end_date', or_never('scheduled_end_date')) }} < due_date
            as is_cut_short,
        term_start_date,
        {{ earlier(
            earlier('run_end_date', or_never('scheduled_end_date')), 'due_date'
        ) }} as term_end_date

    from numbered_terms

    where term_start_date < run_end_date
        and term_start_date <= as_of_date
),

dated as (
    select
        terms.*,
        terms.term_end_date > as_of.as_of_date as is_open,
        case
            when terms.term_end_date > as_of.as_of_date then as_of.as_of_date
            else {{ add_days('terms.term_end_date', -1) }}
        end as last_date,
        case
            when terms.term_end_date > as_of.as_of_date then as_of.as_of_date
            else terms.term_end_date
        end as valued_date,
        case
            when terms.term_end_date <= as_of.as_of_date then terms.term_end_date
        end as renewed_date

    from terms
    cross join as_of
),

final as (
    select
        dated.subscription_id,
        dated.client_id,
        held.plan_id,
        dated.billing_interval,
        dated.term_months,
        held.currency_code,
        cast(held.mrr_amount * held_rates.rate as decimal(18, 4)) as available_mrr_amount,
        cast(
            coalesce(renewed.mrr_amount * renewed_rates.rate, 0) as decimal(18, 4)
        ) as renewed_mrr_amount,
        renewed.subscription_id is not null as goes_on,
        dated.is_open,
        dated.is_cut_short,
        dated.is_cancellation_scheduled,
        dated.term_start_date,
        dated.term_end_date,
        dated.valued_date

    from dated
    inner join versions as held
        on dated.subscription_id = held.subscription_id
            and {{ is_within('dated.last_date', 'held') }}
    inner join rates as held_rates
        on {{ is_rate_on('held_rates', 'held', 'dated.valued_date') }}
    left join versions as renewed
        on dated.subscription_id = renewed.subscription_id
            and {{ is_within('dated.renewed_date', 'renewed') }}
    left join rates as renewed_rates
        on {{ is_rate_on('renewed_rates', 'renewed', 'dated.valued_date') }}
)

select * from final
