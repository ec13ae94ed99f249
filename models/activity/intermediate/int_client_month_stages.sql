-- Grain: one row per counted client and month, from the month of its first day on: whether it
-- was active at its end, and its stage of the lifecycle. The stage of a month that still runs
-- is known only of those that are active in it.

with

client_months as (
    select * from {{ ref('active_clients', 'int_client_months') }}
),

active_spans as (
    {{ default_active_spans(
        ref('active_clients', 'int_client_active_spans'),
        ref('active_clients', 'active_definitions')
    ) | indent(4) }}
),

lifecycle as (
    select * from {{ ref('active_clients', 'fct_lifecycle') }}
    where entity_type = 'client'
        and period_grain = 'month'
        and is_default_definition
),

first_months as (
    select
        entity_id as client_id,
        min(period_start_date) as first_active_month

    from lifecycle

    group by entity_id
),

final as (
    select
        client_months.client_id,
        client_months.period_month,
        case
            when lifecycle.lifecycle_status is not null then lifecycle.lifecycle_status
            when not client_months.is_complete then null
            when first_months.first_active_month < client_months.period_month then 'inactive'
            else 'not_started'
        end as lifecycle_status,
        active_spans.client_id is not null as is_active

    from client_months
    left join active_spans
        on client_months.client_id = active_spans.client_id
            and client_months.period_end_date >= active_spans.active_from
            and client_months.period_end_date < active_spans.active_to
    left join lifecycle
        on client_months.client_id = lifecycle.entity_id
            and client_months.period_month = lifecycle.period_start_date
    left join first_months
        on client_months.client_id = first_months.client_id
)

select * from final
