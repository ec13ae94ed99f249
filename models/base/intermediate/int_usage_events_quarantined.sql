-- Grain: one row per row of product.usage_events that breaks a rule by itself or names a
-- client that was unknown when it was read. Whether that client is still unknown is asked
-- by `fct_quarantined_rows`, so that a row heals when its client arrives.
--
-- Incremental by touched days: a day is read again when the quarantined rows held for it
-- are not those that `int_usage_events` has counted.

{{ config(
    post_hook="{{ forget_emptied_days("
        ~ "ref('active_clients', 'int_usage_events'), \"disposition = 'quarantined'\") }}",
    **replace_touched_days()
) }}

-- depends_on: {{ ref('active_clients', 'int_usage_events') }}
-- depends_on: {{ ref('active_clients', 'int_usage_load_days') }}

with

clients as (
    select client_id as known_client_id
    from {{ ref('active_clients', 'int_client_identities') }}
),

{% if can_continue() %}
counted_days as (
    select
        activity_date,
        loaded_utc_date,
        sum(row_count) as row_count,
        sum(content_checksum) as content_checksum

    from {{ ref('active_clients', 'int_usage_events') }}

    where disposition = 'quarantined'

    group by activity_date, loaded_utc_date
),

held_days as (
    select
        held.activity_date,
        held.loaded_utc_date,
        count(*) as row_count,
        sum(held.content_checksum) as content_checksum

    from {{ this }} as held
    left join clients
        on held.client_id = clients.known_client_id

    where held.invalid_reasons is not null or clients.known_client_id is null

    group by held.activity_date, held.loaded_utc_date
),

touched_days as (
    select coalesce(counted_days.activity_date, held_days.activity_date) as activity_date
    from counted_days
    full join held_days
        on counted_days.activity_date = held_days.activity_date
            and counted_days.loaded_utc_date = held_days.loaded_utc_date
    where coalesce(counted_days.row_count, 0) <> coalesce(held_days.row_count, 0)
        or coalesce(counted_days.content_checksum, 0) <> coalesce(held_days.content_checksum, 0)
),

-- Of loads that are no longer delivered the rows stay, where dropped_loads says so.
kept_loads as (
    {{ kept_loads(
        ref('active_clients', 'int_usage_events'), ref('active_clients', 'int_usage_load_days')
    ) }}
),

{% endif %}
events as (
    select * from {{ ref('active_clients', 'stg_product__usage_events') }}
    where {{ is_touched('activity_date') }}
),

final as (
    select
        events.event_id,
        events.client_id,
        events.invalid_reasons,
        {{ json_row([
            'event_id', 'client_id', 'user_id', 'event_name', 'feature', 'quantity',
            'occurred_at', 'loaded_at',
        ], prefix='events.raw_') }} as raw_row,
        {{ usage_checksum() }} as content_checksum,
        events.loaded_date,
        events.loaded_utc_date,
        events.loaded_at,
        events.activity_date,
        {{ month_start('events.activity_date') }} as activity_month

    from events
    left join clients
        on events.client_id = clients.known_client_id

    where events.invalid_reasons is not null
        or clients.known_client_id is null
    {%- if can_continue() %}

    union all

    select
        kept.event_id,
        kept.client_id,
        kept.invalid_reasons,
        kept.raw_row,
        kept.content_checksum,
        kept.loaded_date,
        kept.loaded_utc_date,
        kept.loaded_at,
        kept.activity_date,
        kept.activity_month

    from {{ this }} as kept
    inner join kept_loads
        on kept.loaded_utc_date = kept_loads.loaded_utc_date

    where {{ is_touched('kept.activity_date') }}
    {%- endif %}
)

select * from final
