-- Grain: one row per counted client with revenue realised by as_of_date: what was collected on
-- invoices, or, without that table, MRR accrued by the day.

with

{% if var('invoices_enabled') %}
revenue as (
    select
        *,
        'collected' as revenue_basis

    from {{ ref('int_client_collected_revenue') }}
),
{% else %}
revenue as (
    select
        *,
        'accrued' as revenue_basis

    from {{ ref('int_client_accrued_revenue') }}
),
{% endif %}

final as (
    select
        client_id,
        revenue_basis,
        revenue_amount,
        first_revenue_date

    from revenue
)

select * from final
