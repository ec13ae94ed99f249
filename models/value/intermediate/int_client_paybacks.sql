-- Grain: one row per counted client whose acquisition cost is known and above 0 and has been
-- earned back by as_of_date, in the month in which its margin so far first covers the cost.

with

clients as (
    select * from {{ ref('int_clients') }}
    where acquisition_cost_amount > 0
),

margin_months as (
    select * from {{ ref('int_client_margin_months') }}
),

cumulative as (
    select
        client_id,
        age_months,
        {{ running_sum('margin_amount', ['client_id'], 'age_months') }} as margin_so_far_amount

    from margin_months
),

final as (
    select
        clients.client_id,
        min(cumulative.age_months) as payback_months

    from clients
    inner join cumulative
        on clients.client_id = cumulative.client_id

    where cumulative.margin_so_far_amount >= clients.acquisition_cost_amount

    group by clients.client_id
)

select * from final
