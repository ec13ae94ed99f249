-- Grain: one row per row of product.usage_events that breaks a rule by itself or names a
-- client that was unknown when it was read. Whether that client is still unknown is asked
-- by `fct_quarantined_rows`, so that a row heals when its client arrives.
--
-- Incremental by touched days: a day is read again when the quarantined rows held for it
-- are not those that `int_usage_events` has counted.

{{ config(**replace_touched_days()) }}

-- depends_on: {{ ref('int_usage_events') }}

with

events as (
    select * from {{ ref('stg_product__usage_events') }}
),

clients as (
    select client_id as known_client_id from {{ ref('int_client_identities') }}
),

{% if is_incremental() %}
counted_days as (
    select
        activity_date,
        loaded_date,
        sum(row_count) as row_count

    from {{ ref('int_usage_events') }}

    where disposition = 'quarantined'

    group by activity_date, loaded_date
),

held_days as (
    select
        held.activity_date,
        held.loaded_date,
        count(*) as row_count

    from {{ this }} as held
    left join clients
        on held.client_id = clients.known_client_id

    where held.invalid_reasons is not null or clients.known_client_id is null

    group by held.activity_date, held.loaded_date
),

touched_days as (
    select counted_days.activity_date
    from counted_days
    left join held_days
        on counted_days.activity_date = held_days.activity_date
            and counted_days.loaded_date = held_days.loaded_date
    where counted_days.row_count <> coalesce(held_days.row_count, 0)
),

{% endif %}
final as (
    select
        events.event_id,
        events.client_id,
        events.invalid_reasons,
        {{ json_row([
            'event_id', 'client_id', 'user_id', 'event_name', 'feature', 'quantity',
            'occurred_at', 'loaded_at',
        ], prefix='events.raw_') }} as raw_row,
        events.loaded_date,
        events.loaded_at,
        events.activity_date,
        {{ month_start('events.activity_date') }} as activity_month

    from events
    left join clients
        on events.client_id = clients.known_client_id

    where (events.invalid_reasons is not null or clients.known_client_id is null)
        and {{ is_touched('events.activity_date') }}
)

select * from final
