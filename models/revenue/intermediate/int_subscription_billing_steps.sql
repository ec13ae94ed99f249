-- Grain: one row per client, subscription, currency and step of days with the same billed MRR
-- and the same invoices, up to as_of_date, in the original currency.

with

versions as (
    select * from {{ ref('active_clients', 'int_subscription_versions') }}
    where has_contract_mrr
),

coverage as (
    select * from {{ ref('active_clients', 'int_invoice_coverage') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

spans as (
    select
        client_id,
        subscription_id,
        currency_code,
        billed_mrr_amount,
        0 as invoiced_mrr_amount,
        0 as issued_mrr_amount,
        0 as invoice_count,
        0 as void_count,
        valid_from,
        valid_to

    from versions

    union all

    select
        client_id,
        subscription_id,
        currency_code,
        0 as billed_mrr_amount,
        case when is_void then 0 else invoiced_mrr_amount end as invoiced_mrr_amount,
        case when is_void then 0 else issued_mrr_amount end as issued_mrr_amount,
        case when is_void then 0 else 1 end as invoice_count,
        case when is_void then 1 else 0 end as void_count,
        covered_from as valid_from,
        covered_to as valid_to

    from coverage
),

changes as (
    select
        *,
        1 as direction,
        valid_from as change_date

    from spans

    union all

    select
        *,
        -1 as direction,
        valid_to as change_date

    from spans
),

change_dates as (
    select
        changes.client_id,
        changes.subscription_id,
        changes.currency_code,
        changes.change_date,
        sum(changes.direction * {{ widened('changes.billed_mrr_amount') }}) as billed_change,
        sum(changes.direction * {{ widened('changes.invoiced_mrr_amount') }})
            as invoiced_change,
        sum(changes.direction * {{ widened('changes.issued_mrr_amount') }}) as issued_change,
        sum(changes.direction * changes.invoice_count) as invoice_change,
        sum(changes.direction * changes.void_count) as void_change

    from changes
    cross join as_of

    where changes.change_date <= as_of.as_of_date

    group by
        changes.client_id, changes.subscription_id, changes.currency_code,
        changes.change_date
),

{% set keys = ['client_id', 'subscription_id', 'currency_code'] %}
final as (
    select
        change_dates.client_id,
        change_dates.subscription_id,
        change_dates.currency_code,
        {{ running_sum('billed_change', keys) }} as billed_mrr_amount,
        {{ running_sum('invoiced_change', keys) }} as invoiced_mrr_amount,
        {{ running_sum('issued_change', keys) }} as issued_mrr_amount,
        {{ running_sum('invoice_change', keys) }} as invoice_count,
        {{ running_sum('void_change', keys) }} as void_count,
        change_dates.change_date as valid_from,
        coalesce(
            lead(change_dates.change_date) over (
                partition by
                    change_dates.client_id,
                    change_dates.subscription_id,
                    change_dates.currency_code
                order by change_dates.change_date
            ),
            {{ add_days('as_of.as_of_date', 1) }}
        ) as valid_to

    from change_dates
    cross join as_of
)

select * from final
