-- Grain: one row per complete week and delivered client that was known by its last day, the
-- snapshot: the client it had been merged into by then. Merges that came later do not count.
-- `is_reconstructed`: a raw table tells of the snapshot what it loaded only later, as history.

with recursive

client_rows as (
    select * from {{ ref('active_clients', 'int_clients_known') }}
),

date_periods as (
    select * from {{ ref('active_clients', 'int_date_periods') }}
    where period_grain = 'week' and date_day = period_end_date
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

complete_weeks as (
    select
        date_periods.period_index as week_index,
        date_periods.date_day as snapshot_date

    from date_periods
    inner join as_of
        on date_periods.date_day <= as_of.as_of_date
),

reconstructed as (
    {{ reconstructed_days(
        'complete_weeks', 'snapshot_date', ref('active_clients', 'int_table_loads'),
        [
            'clients', 'subscriptions', 'usage_events', 'survey_responses', 'tickets',
            'invoices', 'touchpoints',
        ]
    ) }}
),

snapshots as (
    select
        complete_weeks.week_index,
        complete_weeks.snapshot_date,
        reconstructed.snapshot_date is not null as is_reconstructed

    from complete_weeks
    left join reconstructed
        on complete_weeks.snapshot_date = reconstructed.snapshot_date
),

clients as (
    select
        snapshots.week_index,
        snapshots.snapshot_date,
        snapshots.is_reconstructed,
        client_rows.client_id,
        client_rows.merged_into_client_id,
        client_rows.is_internal

    from snapshots
    inner join client_rows
        on {{ is_known('client_rows', 'snapshots.snapshot_date') }}
),

{{ follow_merges('clients', 'client_id', 'merged_into_client_id', within='week_index') }},

final as (
    select
        merged.week_index,
        canonical_clients.snapshot_date,
        merged.client_id,
        merged.canonical_id as canonical_client_id,
        canonical_clients.is_internal,
        canonical_clients.is_reconstructed

    from merged
    inner join clients as canonical_clients
        on merged.week_index = canonical_clients.week_index
            and merged.canonical_id = canonical_clients.client_id
)

select * from final
