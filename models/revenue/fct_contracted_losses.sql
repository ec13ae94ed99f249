-- Grain: one row per client and day after as_of_date on which MRR that it pays is known to end:
-- notice had been given by as_of_date, and nothing is known to begin later.

with

versions as (
    select * from {{ ref('active_clients', 'int_subscription_versions') }}
    where is_recurring and mrr_amount > 0
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

held as (
    select
        versions.client_id,
        versions.subscription_id,
        versions.version,
        versions.cancel_reason,
        versions.notice_date,
        cast(versions.mrr_amount * rates.rate as decimal(18, 4)) as mrr_amount,
        versions.valid_to,
        coalesce(
            versions.valid_to < {{ never() }}
            and versions.notice_date <= as_of.as_of_date, false
        ) as is_ending,
        as_of.as_of_date

    from versions
    cross join as_of
    inner join rates
        on {{ is_rate_on('rates', 'versions', 'as_of.as_of_date') }}

    where {{ is_within('as_of.as_of_date', 'versions') }}
),

totals as (
    select
        client_id,
        sum(mrr_amount) as mrr_amount

    from held

    group by client_id
),

ending as (
    select
        *,
        row_number() over (
            partition by client_id, valid_to
            order by mrr_amount desc, subscription_id asc, version asc
        ) as reason_rank

    from held

    where is_ending
),

losses as (
    select
        client_id,
        as_of_date,
        valid_to as ends_date,
        sum(mrr_amount) as lost_mrr_amount,
        max(notice_date) as notice_given_date,
        max(case when reason_rank = 1 then cancel_reason end) as cancel_reason

    from ending

    group by client_id, as_of_date, valid_to
),

summed as (
    select
        *,
        {{ running_sum('lost_mrr_amount', ['client_id'], 'ends_date') }}
            as lost_so_far_amount

    from losses
),

final as (
    select
        -- keys
        summed.client_id,
        summed.ends_date,

        -- strings
        summed.cancel_reason,

        -- numerics
        cast(summed.lost_mrr_amount as decimal(18, 4)) as lost_mrr_amount,
        cast(totals.mrr_amount - summed.lost_so_far_amount as decimal(18, 4))
            as left_mrr_amount,
        cast({{ dbt.datediff(
            'summed.as_of_date', 'summed.ends_date', 'day'
        ) }} as integer) as left_days,

        -- booleans
        totals.mrr_amount = summed.lost_so_far_amount as is_churn,

        -- dates
        summed.notice_given_date,
        summed.as_of_date

    from summed
    inner join totals
        on summed.client_id = totals.client_id
)

select * from final
