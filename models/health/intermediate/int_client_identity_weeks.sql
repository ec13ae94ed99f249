-- Grain: one row per complete week and delivered client that was known by its last day, the
-- snapshot: the client it had been merged into by then. Merges that came later do not count.

with recursive

client_rows as (
    {{ known_rows(ref('int_clients_classified'), ['client_id']) }}
),

date_periods as (
    select * from {{ ref('int_date_periods') }}
    where period_grain = 'week' and date_day = period_end_date
),

as_of as (
    select * from {{ ref('as_of') }}
),

snapshots as (
    select
        date_periods.period_index as week_index,
        date_periods.date_day as snapshot_date

    from date_periods
    inner join as_of
        on date_periods.date_day <= as_of.as_of_date
),

clients as (
    select
        snapshots.week_index,
        snapshots.snapshot_date,
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
        canonical_clients.is_internal

    from merged
    inner join clients as canonical_clients
        on merged.week_index = canonical_clients.week_index
            and merged.canonical_id = canonical_clients.client_id
)

select * from final
