-- Grain: one row per counted client and span of days [valid_from, valid_to) with its plans.
-- `entitled_plan_id`: of the plans that it may use, trials included, the one with the highest
-- rank. `paid_plan_id`: of those whose revenue recurs, the one with the highest MRR, all
-- its subscriptions together. The spans of a client cover every day once.

with

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
    where not is_internal
),

plans as (
    select * from {{ ref('active_clients', 'int_plans_classified') }}
    where disposition = 'accepted'
),

entitled_versions as (
    select * from {{ ref('active_clients', 'int_client_plan_versions') }}
),

paid_versions as (
    select * from {{ ref('active_clients', 'int_subscription_versions') }}
    where is_recurring
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

change_dates as (
    select
        client_id,
        {{ unknown_date() }} as change_date

    from clients

    {{ union_distinct() }}

    select
        client_id,
        valid_from as change_date

    from entitled_versions

    {{ union_distinct() }}

    select
        client_id,
        valid_to as change_date

    from entitled_versions

    {{ union_distinct() }}

    select
        client_id,
        valid_from as change_date

    from paid_versions

    {{ union_distinct() }}

    select
        client_id,
        valid_to as change_date

    from paid_versions
),

ranked_entitled as (
    select
        change_dates.client_id,
        change_dates.change_date,
        entitled_versions.plan_id,
        row_number() over (
            partition by change_dates.client_id, change_dates.change_date
            order by coalesce(plans.plan_rank, -1) desc, entitled_versions.plan_id
        ) as plan_order

    from change_dates
    inner join entitled_versions
        on change_dates.client_id = entitled_versions.client_id
            and {{ is_within('change_dates.change_date', 'entitled_versions') }}
    left join plans
        on entitled_versions.plan_id = plans.plan_id
),

-- In the reporting currency of the span's first day: plans are paid for in several currencies.
paid_plans as (
    select
        change_dates.client_id,
        change_dates.change_date,
        coalesce(paid_versions.plan_id, 'unknown') as plan_id,
        min(paid_versions.subscription_id) as first_subscription_id,
        sum(cast(paid_versions.mrr_amount * rates.rate as decimal(18, 4))) as mrr_amount

    from change_dates
    inner join paid_versions
        on change_dates.client_id = paid_versions.client_id
            and {{ is_within('change_dates.change_date', 'paid_versions') }}
    inner join rates
        on {{ is_rate_on('rates', 'paid_versions', 'change_dates.change_date') }}

    group by
        change_dates.client_id,
        change_dates.change_date,
        coalesce(paid_versions.plan_id, 'unknown')
),

ranked_paid as (
    select
        *,
        row_number() over (
            partition by client_id, change_date
            order by mrr_amount desc, first_subscription_id asc, plan_id asc
        ) as plan_order

    from paid_plans
),

final as (
    select
        change_dates.client_id,
        coalesce(ranked_entitled.plan_id, 'none') as entitled_plan_id,
        coalesce(ranked_paid.plan_id, 'none') as paid_plan_id,
        change_dates.change_date as valid_from,
        coalesce(
            lead(change_dates.change_date) over (
                partition by change_dates.client_id
                order by change_dates.change_date
            ),
            {{ never() }}
        ) as valid_to

    from change_dates
    left join ranked_entitled
        on change_dates.client_id = ranked_entitled.client_id
            and change_dates.change_date = ranked_entitled.change_date
            and ranked_entitled.plan_order = 1
    left join ranked_paid
        on change_dates.client_id = ranked_paid.client_id
            and change_dates.change_date = ranked_paid.change_date
            and ranked_paid.plan_order = 1

    where change_dates.change_date < {{ never() }}
)

select * from final
