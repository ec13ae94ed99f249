-- Grain: one row per client and step [valid_from, valid_to) of its MRR at the end of the
-- day, in the reporting currency; `valid_to` is null for the step that holds on as_of_date.

with

currency_mrr as (
    select * from {{ ref('active_clients', 'int_client_currency_mrr') }}
),

currency_changes as (
    select
        client_id,
        valid_from as change_date,
        seat_count - {{ previous('seat_count') }} as seat_change,
        contract_mrr_amount - {{ previous('contract_mrr_amount') }} as contract_mrr_change,
        billed_mrr_amount - {{ previous('billed_mrr_amount') }} as billed_mrr_change,
        mrr_amount - {{ previous('mrr_amount') }} as mrr_change

    from currency_mrr
),

changes as (
    select
        client_id,
        change_date,
        sum(seat_change) as seat_change,
        sum(contract_mrr_change) as contract_mrr_change,
        sum(billed_mrr_change) as billed_mrr_change,
        sum(mrr_change) as mrr_change

    from currency_changes

    group by client_id, change_date
),

final as (
    select
        client_id,
        {{ running_sum('seat_change', ['client_id']) }} as seat_count,
        {{ running_sum('contract_mrr_change', ['client_id']) }} as contract_mrr_amount,
        {{ running_sum('billed_mrr_change', ['client_id']) }} as billed_mrr_amount,
        {{ running_sum('mrr_change', ['client_id']) }} as mrr_amount,
        change_date as valid_from,
        lead(change_date) over (
            partition by client_id
            order by change_date
        ) as valid_to

    from changes
)

select * from final
