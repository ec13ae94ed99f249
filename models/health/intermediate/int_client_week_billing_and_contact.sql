-- Grain: one row per complete week and client with an invoice unpaid or a contact made by us
-- within contact_window_days, as known at the week's end.

with

identities as (
    select * from {{ ref('active_clients', 'int_client_identity_weeks') }}
    where not is_internal
),

invoices as (
    select * from {{ ref('active_clients', 'int_invoices_known') }}
),

touchpoints as (
    {{ known_rows(ref('active_clients', 'int_touchpoints_classified'), 'touchpoints') }}
),

known_facts as (
    select
        identities.week_index,
        identities.canonical_client_id as client_id,
        case
            when invoices.invoice_status = 'uncollectible' then 1
            when invoices.invoice_status = 'open' and {{ add_days(
                reporting_date('invoices.issued_at'), number_var('overdue_after_days')
            ) }} <= identities.snapshot_date
                then 1
            else 0
        end as is_unpaid,
        cast(null as integer) as contact_age_days

    from identities
    inner join invoices
        on identities.client_id = invoices.client_id
            and {{ is_known('invoices', 'identities.snapshot_date') }}
            and identities.snapshot_date >= {{ reporting_date('invoices.issued_at') }}
            and identities.snapshot_date < {{ add_days(
                reporting_date('invoices.issued_at'), number_var('contact_window_days')
            ) }}

    where invoices.invoice_status in ('open', 'uncollectible')

    union all

    select
        identities.week_index,
        identities.canonical_client_id as client_id,
        cast(null as integer) as is_unpaid,
        cast({{ dbt.datediff(
            reporting_date('touchpoints.occurred_at'), 'identities.snapshot_date', 'day'
        ) }} as integer) as contact_age_days

    from identities
    inner join touchpoints
        on identities.client_id = touchpoints.client_id
            and {{ is_known('touchpoints', 'identities.snapshot_date') }}
            and identities.snapshot_date >= {{ reporting_date('touchpoints.occurred_at') }}
            and identities.snapshot_date < {{ add_days(
                reporting_date('touchpoints.occurred_at'), number_var('contact_window_days')
            ) }}

    where touchpoints.direction = 'outbound'
),

final as (
    select
        week_index,
        client_id,
        coalesce(sum(is_unpaid), 0) as unpaid_invoice_count,
        min(contact_age_days) as contact_age_days

    from known_facts

    group by week_index, client_id
)

select * from final
