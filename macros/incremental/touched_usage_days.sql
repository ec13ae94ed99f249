{#
    The days that a load touched: those with rows of a load whose rows are not as many as were
    counted, and those that name a client which became known or unknown since.
#}
{% macro touched_usage_days(events, clients) -%}
delivered_loads as (
    select
        loaded_date,
        count(*) as row_count

    from {{ events }} as events

    group by loaded_date
),

counted_loads as (
    select
        loaded_date,
        sum(row_count) as row_count

    from {{ this }}

    group by loaded_date
),

changed_loads as (
    select delivered_loads.loaded_date
    from delivered_loads
    left join counted_loads
        on delivered_loads.loaded_date = counted_loads.loaded_date
    where delivered_loads.row_count <> coalesce(counted_loads.row_count, 0)
),

touched_days as (
    select events.activity_date
    from {{ events }} as events
    inner join changed_loads
        on events.loaded_date = changed_loads.loaded_date

    {{ union_distinct() }}

    select counted.activity_date
    from {{ this }} as counted
    left join {{ clients }} as clients
        on counted.client_id = clients.known_client_id
    where counted.is_client_known <> (clients.known_client_id is not null)
)
{%- endmacro %}
