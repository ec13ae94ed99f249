{#
    CTEs that end in `touched_days`, the days that are counted again: those whose delivered rows
    are not what was counted by these rules, in number or content, and those that name a client
    which became known or unknown since. `kept_loads` are no longer delivered and stay as they are.

    load_days    the relation with what is delivered per load day and activity day
    clients      the relation with the known clients
    fingerprint  of the rules, a literal
#}
{% macro touched_usage_days(load_days, clients, fingerprint) -%}
kept_loads as (
    {{ kept_loads(this, load_days) }}
),

counted as (
    select this_rows.*
    from {{ this }} as this_rows
    left join kept_loads
        on this_rows.loaded_utc_date = kept_loads.loaded_utc_date
    where kept_loads.loaded_utc_date is null
),

counted_days as (
    select
        loaded_utc_date,
        activity_date,
        sum(row_count) as row_count,
        sum(content_checksum) as content_checksum,
        max(case when fingerprint = {{ fingerprint }} then 0 else 1 end) as is_outdated

    from counted

    group by loaded_utc_date, activity_date
),

touched_days as (
    select coalesce(delivered.activity_date, counted_days.activity_date) as activity_date
    from {{ load_days }} as delivered
    full join counted_days
        on delivered.loaded_utc_date = counted_days.loaded_utc_date
            and delivered.activity_date = counted_days.activity_date
    where coalesce(delivered.row_count, 0) <> coalesce(counted_days.row_count, 0)
        or coalesce(delivered.content_checksum, 0) <> coalesce(counted_days.content_checksum, 0)
        or counted_days.is_outdated = 1

    {{ union_distinct() }}

    select counted.activity_date
    from counted
    left join {{ clients }} as clients
        on counted.client_id = clients.known_client_id
    where counted.is_client_known <> (clients.known_client_id is not null)
)
{%- endmacro %}
