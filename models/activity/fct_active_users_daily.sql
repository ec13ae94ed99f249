-- Grain: one row per definition, window, attribute, value and day from the first activity to
-- as_of_date. Windows of 1, 7 and 28 days give daily, weekly and monthly active users;
-- the attribute `all` counts every user, those of `cut_marts_by` who had the value then.

with

changes as (
    select * from {{ ref('active_clients', 'int_active_changes') }}
    where entity_type = 'user'
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

dates as (
    select * from {{ ref('active_clients', 'dim_dates') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

{{ active_counts_daily('changes', 'definitions', 'dates', 'as_of') }},

final as (
    select
        -- keys
        definition_id,
        cast(window_days as integer) as window_days,
        attribute,
        attribute_value,

        -- numerics
        cast(active_count as bigint) as active_user_count,
        cast(day_count as bigint) as active_day_count,
        {{ rate('day_count', '(window_days * active_count)') }} as stickiness_rate,

        -- booleans
        definition_id = {{ default_definition() }} as is_default_definition,

        -- dates
        activity_date

    from window_counts
)

select * from final
