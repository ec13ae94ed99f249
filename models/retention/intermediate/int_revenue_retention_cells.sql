-- Grain: one row per retention type, reactivation policy, base month and period, both months
-- complete: counts and sums over the clients that paid at the end of the base month.

with

retained_mrr as (
    select * from {{ ref('active_clients', 'int_retained_mrr') }}
    where is_complete
),

typed as (
    select
        *,
        'cohort' as retention_type

    from retained_mrr

    where is_first_paid_month

    union all

    select
        *,
        'all_clients' as retention_type

    from retained_mrr

    where period_number in (0, 1, 3, 12)
),

-- `not_counted`: a client whose MRR came to 0 in between is lost, even if it is back.
judged as (
    select
        *,
        'counted' as reactivation_policy,
        net_retained_mrr_amount as retained_amount,
        case when is_retained then 1 else 0 end as retained_count

    from typed

    union all

    select
        *,
        'not_counted' as reactivation_policy,
        case when is_uninterrupted then net_retained_mrr_amount else 0 end as retained_amount,
        case when is_retained and is_uninterrupted then 1 else 0 end as retained_count

    from typed
),

measured as (
    select
        *,
        case when is_comparable then base_mrr_amount else 0 end as base_amount,
        case when is_comparable then retained_amount else 0 end as net_amount,
        case
            when not is_comparable then 0
            when retained_amount > base_mrr_amount then base_mrr_amount
            else retained_amount
        end as gross_amount

    from judged
),

final as (
    select
        retention_type,
        reactivation_policy,
        base_month,
        period_number,
        count(*) as base_client_count,
        sum(retained_count) as retained_client_count,
        sum(case when is_comparable then 1 else 0 end) as comparable_client_count,
        sum(base_amount) as base_mrr_amount,
        sum(net_amount) as net_retained_mrr_amount,
        sum(gross_amount) as gross_retained_mrr_amount,
        {{ sum_of_products('base_amount', 'base_amount') }} as base_squares,
        {{ sum_of_products('net_amount', 'net_amount') }} as net_squares,
        {{ sum_of_products('gross_amount', 'gross_amount') }} as gross_squares,
        {{ sum_of_products('base_amount', 'net_amount') }} as base_net_products,
        {{ sum_of_products('base_amount', 'gross_amount') }} as base_gross_products

    from measured

    group by retention_type, reactivation_policy, base_month, period_number
)

select * from final
