-- Grain: one row per client and day, from the first on which it or a user of it was active to
-- as_of_date, by the default definition: actives to be summed over any clients.

with

client_spans as (
    select * from {{ ref('active_clients', 'int_client_active_spans') }}
    where definition_id = {{ default_definition() }}
),

user_spans as (
    select * from {{ ref('active_clients', 'int_user_active_spans') }}
    where definition_id = {{ default_definition() }}
),

user_clients as (
    select * from {{ ref('active_clients', 'int_user_clients') }}
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
    where definition_id = {{ default_definition() }}
),

dates as (
    select * from {{ ref('active_clients', 'dim_dates') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

spans as (
    select
        client_id,
        'client' as entity_type,
        window_days,
        active_from,
        active_to

    from client_spans

    union all

    select
        user_clients.client_id,
        'user' as entity_type,
        user_spans.window_days,
        user_spans.active_from,
        user_spans.active_to

    from user_spans
    inner join user_clients
        on user_spans.user_id = user_clients.user_id
),

changes as (
    select
        client_id,
        entity_type,
        window_days,
        active_from as change_date,
        1 as entity_change

    from spans

    union all

    select
        client_id,
        entity_type,
        window_days,
        active_to as change_date,
        -1 as entity_change

    from spans
),

summed as (
    select
        client_id,
        entity_type,
        window_days,
        change_date,
        sum(entity_change) as entity_change

    from changes

    group by client_id, entity_type, window_days, change_date
),

levels as (
    select
        client_id,
        entity_type,
        window_days,
        sum(entity_change) over (
            partition by client_id, entity_type, window_days
            order by change_date
            rows between unbounded preceding and current row
        ) as active_count,
        change_date as valid_from,
        lead(change_date) over (
            partition by client_id, entity_type, window_days
            order by change_date
        ) as valid_to

    from summed
),

first_dates as (
    select
        client_id,
        min(valid_from) as first_date

    from levels

    group by client_id
),

client_days as (
    select
        first_dates.client_id,
        dates.date_day as activity_date,
        {%- for entity in ('client', 'user') %}
        {%- for days in (1, 7, 28) %}
        max(case
            when levels.entity_type = '{{ entity }}' and levels.window_days = {{ days }}
                then levels.active_count
            else 0
        end) as {{ entity }}_count_{{ days }}d,
        {%- endfor %}
        {%- endfor %}
        max(definitions.min_days) as min_days

    from first_dates
    cross join as_of
    inner join dates
        on first_dates.first_date <= dates.date_day
            and as_of.as_of_date >= dates.date_day
    inner join definitions
        on dates.date_day < {{ or_never('definitions.valid_to') }}
    left join levels
        on first_dates.client_id = levels.client_id
            and dates.date_day >= levels.valid_from
            and dates.date_day < levels.valid_to
            and levels.active_count > 0

    group by first_dates.client_id, dates.date_day
),

running as (
    select
        *,
        sum(client_count_1d) over (
            partition by client_id
            order by activity_date
            rows between 27 preceding and current row
        ) as client_days,
        sum(user_count_1d) over (
            partition by client_id
            order by activity_date
            rows between 27 preceding and current row
        ) as user_days

    from client_days
),

final as (
    select
        -- keys
        {{ default_definition() }} as definition_id,
        client_id,

        -- numerics
        cast(user_count_1d as bigint) as daily_active_user_count,
        cast(user_count_7d as bigint) as weekly_active_user_count,
        cast(user_count_28d as bigint) as monthly_active_user_count,
        cast(case when min_days = 1 then client_days end as bigint) as active_day_count,
        cast(case when min_days = 1 then user_days end as bigint) as user_active_day_count,

        -- booleans
        client_count_1d > 0 as is_daily_active,
        client_count_7d > 0 as is_weekly_active,
        client_count_28d > 0 as is_monthly_active,

        -- dates
        activity_date

    from running
)

select * from final
