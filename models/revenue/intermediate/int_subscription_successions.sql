-- Grain: one row per client and day on which its subscriptions ended and others began: what
-- ended, and what took its place, at the exchange rates of the day.

with

term_amounts as (
    select * from {{ ref('int_term_amounts') }}
),

ended as (
    select
        client_id,
        term_end_date as succession_date,
        sum(available_mrr_amount) as ended_mrr_amount

    from term_amounts

    where not is_open
        and not goes_on

    group by client_id, term_end_date
),

runs as (
    select
        *,
        lag(run_end_date) over (
            partition by subscription_id
            order by run_start_date
        ) as previous_end_date

    from {{ ref('int_subscription_runs') }}
),

begun as (
    select
        runs.client_id,
        runs.run_start_date as succession_date,
        sum(cast(versions.mrr_amount * rates.rate as decimal(18, 4))) as begun_mrr_amount

    from runs
    inner join {{ ref('int_subscription_versions') }} as versions
        on runs.subscription_id = versions.subscription_id
            and versions.is_recurring
            and runs.run_start_date >= versions.valid_from
            and runs.run_start_date < {{ or_never('versions.valid_to') }}
    inner join {{ ref('int_exchange_rate_spans') }} as rates
        on versions.currency_code = rates.currency_code
            and runs.run_start_date >= rates.valid_from
            and runs.run_start_date < {{ or_never('rates.valid_to') }}

    -- Another billing interval of the same subscription takes no other's place.
    where runs.previous_end_date is null
        or runs.previous_end_date < runs.run_start_date

    group by runs.client_id, runs.run_start_date
),

final as (
    select
        ended.client_id,
        ended.succession_date,
        ended.ended_mrr_amount,
        cast(begun.begun_mrr_amount as decimal(18, 4)) as begun_mrr_amount

    from ended
    inner join begun
        on ended.client_id = begun.client_id
            and ended.succession_date = begun.succession_date
)

select * from final
