-- Grain: one row per complete week and counted client known by its end: all that is asked of
-- it, as known then; null where it cannot be known. `is_paying`: something recurred.

{%- set forgotten_after = number_var('contact_window_days') %}
{%- set last_paying -%}
    max(case when contracts.client_id is not null then clients.snapshot_date end) over (
                partition by clients.client_id
                order by clients.week_index
                rows between unbounded preceding and current row
            )
{%- endset %}

with

clients as (
    select distinct
        week_index,
        snapshot_date,
        canonical_client_id as client_id,
        is_reconstructed

    from {{ ref('active_clients', 'int_client_identity_weeks') }}

    where not is_internal
),

contracts as (
    select * from {{ ref('active_clients', 'int_client_week_contracts') }}
),

usage_weeks as (
    select * from {{ ref('active_clients', 'int_client_week_usage') }}
),

voice as (
    select * from {{ ref('active_clients', 'int_client_week_answers_and_tickets') }}
),

dealings as (
    select * from {{ ref('active_clients', 'int_client_week_billing_and_contact') }}
),

-- From when on something is known of a table: before that, nothing is not 0.
known_since as (
    select
        max(case when table_name = 'tickets' then known_from end) as tickets_from,
        max(case when table_name = 'invoices' then known_from end) as invoices_from,
        max(case when table_name = 'touchpoints' then known_from end) as touchpoints_from

    from {{ ref('active_clients', 'int_table_loads') }}
),

first_usage as (
    select min(known_week_index) as usage_from
    from {{ ref('active_clients', 'int_client_usage_known') }}
),

final as (
    select
        clients.week_index,
        clients.client_id,
        contracts.client_id is not null as is_paying,
        coalesce(contracts.leaving_count, 0) > 0 as has_given_notice,
        coalesce(contracts.lapsing_count - contracts.leaving_count, 0) > 0 as is_past_due,
        contracts.notice_date,
        contracts.leaves_date,
        contracts.notice_reason,
        contracts.mrr_amount as known_mrr_amount,
        contracts.notice_mrr_amount,
        contracts.ending_mrr_amount,
        coalesce(contracts.leaves_date <= {{ add_days(
            'clients.snapshot_date', number_var('churn_horizon_days')
        ) }}, false) as leaves_within_horizon,
        contracts.seat_count,
        cast({{ dbt.datediff(
            'contracts.first_paid_date', 'clients.snapshot_date', 'day'
        ) }} as integer) as tenure_days,
        cast({{ dbt.datediff(
            'clients.snapshot_date', 'contracts.term_end_date', 'day'
        ) }} as integer) as days_to_term_end,
        case
            when contracts.client_id is null then cast({{ dbt.datediff(
                last_paying, 'clients.snapshot_date', 'day'
            ) }} as integer)
        end as days_since_paying,
        case
            when clients.week_index >= first_usage.usage_from
                then coalesce(usage_weeks.event_count, 0)
        end as event_count,
        case
            when clients.week_index >= first_usage.usage_from
                then coalesce(usage_weeks.active_user_count, 0)
        end as active_user_count,
        case
            when clients.week_index >= first_usage.usage_from
                then coalesce(usage_weeks.feature_count, 0)
        end as feature_count,
        usage_weeks.top_user_id,
        coalesce(usage_weeks.previous_event_count, 0) as previous_event_count,
        coalesce(usage_weeks.top_user_event_count, 0) as top_user_event_count,
        coalesce(usage_weeks.top_user_previous_event_count, 0) as top_user_previous_event_count,
        voice.nps_score,
        voice.csat_score,
        case
            when clients.snapshot_date >= known_since.tickets_from
                then cast(coalesce(voice.ticket_count, 0) as bigint)
        end as ticket_count,
        case
            when clients.snapshot_date >= known_since.tickets_from
                then cast(coalesce(voice.previous_ticket_count, 0) as bigint)
        end as previous_ticket_count,
        case
            when clients.snapshot_date >= known_since.tickets_from
                then cast(coalesce(voice.open_ticket_count, 0) as bigint)
        end as open_ticket_count,
        case
            when clients.snapshot_date >= known_since.invoices_from
                or contracts.past_due_count > 0
                then coalesce(dealings.unpaid_invoice_count, 0)
                    + coalesce(contracts.past_due_count, 0)
        end as payment_trouble_count,
        case
            when clients.snapshot_date >= known_since.touchpoints_from
                then coalesce(dealings.contact_age_days, {{ forgotten_after }})
        end as days_since_contact,
        clients.snapshot_date,
        clients.is_reconstructed

    from clients
    cross join known_since
    cross join first_usage
    left join contracts
        on clients.week_index = contracts.week_index
            and clients.client_id = contracts.client_id
    left join usage_weeks
        on clients.week_index = usage_weeks.week_index
            and clients.client_id = usage_weeks.client_id
    left join voice
        on clients.week_index = voice.week_index
            and clients.client_id = voice.client_id
    left join dealings
        on clients.week_index = dealings.week_index
            and clients.client_id = dealings.client_id
)

select * from final
