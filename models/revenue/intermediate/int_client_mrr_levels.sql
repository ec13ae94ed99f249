-- Grain: one row per client, currency and step [valid_from, valid_to) with the same recurring
-- items, in the original currency, up to as_of_date.

with

versions as (
    select * from {{ ref('active_clients', 'int_subscription_versions') }}
    where has_contract_mrr
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

-- What starts adds, what ends takes away; versions that overlap simply add up.
changes as (
    select
        client_id,
        currency_code,
        valid_from as change_date,
        seat_count,
        contract_mrr_amount,
        billed_mrr_amount,
        mrr_amount

    from versions

    union all

    select
        client_id,
        currency_code,
        valid_to as change_date,
        -seat_count as seat_count,
        -contract_mrr_amount as contract_mrr_amount,
        -billed_mrr_amount as billed_mrr_amount,
        -mrr_amount as mrr_amount

    from versions
),

change_dates as (
    select
        changes.client_id,
        changes.currency_code,
        changes.change_date,
        sum(changes.seat_count) as seat_change,
        sum(changes.contract_mrr_amount) as contract_mrr_change,
        sum(changes.billed_mrr_amount) as billed_mrr_change,
        sum(changes.mrr_amount) as mrr_change

    from changes
    cross join as_of

    where changes.change_date <= as_of.as_of_date

    group by changes.client_id, changes.currency_code, changes.change_date
),

final as (
    select
        client_id,
        currency_code,
        {{ running_sum('seat_change') }} as seat_count,
        {{ running_sum('contract_mrr_change') }} as contract_mrr_amount,
        {{ running_sum('billed_mrr_change') }} as billed_mrr_amount,
        {{ running_sum('mrr_change') }} as mrr_amount,
        change_date as valid_from,
        coalesce(lead(change_date) over (
            partition by client_id, currency_code
            order by change_date
        ), {{ never() }}) as valid_to

    from change_dates
)

select * from final
