-- Grain: one row per locked month and client delivered before the lock: which client it counted
-- as then, and whether that one was internal. A chain of merges counts as it is known now.

with

locks as (
    select * from {{ ref('int_month_locks') }}
),

deliveries as (
    select * from {{ ref('int_clients_classified') }}
    where disposition in ('accepted', 'duplicate')
),

identities as (
    select * from {{ ref('int_client_identities') }}
),

known as (
    select
        locks.period_month,
        deliveries.client_id,
        deliveries.merged_into_client_id,
        deliveries.is_internal,
        row_number() over (
            partition by locks.period_month, deliveries.client_id
            order by deliveries.loaded_at desc, deliveries.raw_row desc
        ) as delivery_rank

    from deliveries
    inner join locks
        on deliveries.loaded_at < locks.locked_at
),

latest as (
    select
        known.period_month,
        known.client_id,
        known.is_internal,
        case
            when known.merged_into_client_id is null then known.client_id
            else identities.canonical_client_id
        end as reported_client_id

    from known
    inner join identities
        on known.client_id = identities.client_id

    where known.delivery_rank = 1
),

final as (
    select
        latest.period_month,
        latest.client_id,
        latest.reported_client_id,
        coalesce(survivors.is_internal, latest.is_internal) as is_internal

    from latest
    left join latest as survivors
        on latest.period_month = survivors.period_month
            and latest.reported_client_id = survivors.client_id
)

select * from final
