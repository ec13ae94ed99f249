-- Grain: one row per raw table with a row that was ever accepted: when it was loaded, up to
-- which load it is history, and from which day on something is known of what it tells.

{%- set happened_at = 'cast({} as ' ~ type_utc() ~ ')' %}

with

days as (
    select
        'product' as source_name,
        'usage_events' as table_name,
        activity_date as happened_date,
        loaded_date,
        row_count

    from {{ ref('active_clients', 'int_usage_events') }}

    where disposition <> 'quarantined'
    {%- for table in row_ledger() %}

    union all

    select
        '{{ table.source }}' as source_name,
        '{{ table.table }}' as table_name,
        {{ reporting_date(happened_at.format(table.happened_at or 'null')) }} as happened_date,
        {{ reporting_date('loaded_at') }} as loaded_date,
        1 as row_count

    from {{ ref('active_clients', 'int_' ~ table.table ~ '_classified') }}

    where disposition <> 'quarantined'
    {%- endfor %}
),

first_loads as (
    select
        table_name,
        {{ history_loaded_until('min(loaded_date)') }} as history_until_date

    from days

    group by table_name
),

final as (
    select
        days.source_name,
        days.table_name,
        cast(sum(days.row_count) as bigint) as row_count,
        min(days.happened_date) as first_happened_date,
        max(days.happened_date) as last_happened_date,
        min(days.loaded_date) as first_loaded_date,
        max(days.loaded_date) as last_loaded_date,
        max(first_loads.history_until_date) as history_until_date,
        min(case
            when days.loaded_date <= first_loads.history_until_date
                and days.happened_date < days.loaded_date
                then days.happened_date
            else days.loaded_date
        end) as known_from,
        sum(case
            when days.loaded_date > first_loads.history_until_date
                and days.loaded_date >= {{ add_days('days.happened_date', 28) }}
                then days.row_count
            else 0
        end) as late_row_count,
        max(case
            when days.loaded_date > first_loads.history_until_date
                and days.loaded_date >= {{ add_days('days.happened_date', 28) }}
                then days.loaded_date
        end) as last_late_loaded_date

    from days
    inner join first_loads
        on days.table_name = first_loads.table_name

    group by days.source_name, days.table_name
)

select * from final
