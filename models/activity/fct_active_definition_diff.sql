-- Grain: one row per definition other than the default, client and month end (or as_of_date)
-- at which one of the two counts the client as active and the other does not, with what the
-- one that does not count it missed.

with

levels as (
    select * from {{ ref('int_client_snapshot_levels') }}
),

definitions as (
    select * from {{ ref('active_definitions') }}
),

judged as (
    select
        levels.definition_id,
        levels.client_id,
        levels.snapshot_date,
        {{ comma_list([
            "case when levels.day_count = 0 then 'no_qualifying_event' end",
            "case when levels.day_count > 0 and levels.user_count < definitions.min_users"
            ~ " then 'too_few_users' end",
            "case when levels.day_count > 0 and levels.event_count < definitions.min_events"
            ~ " then 'too_few_events' end",
            "case when levels.day_count > 0 and levels.day_count < definitions.min_days"
            ~ " then 'too_few_days' end",
        ]) }} as missed_reasons,
        levels.user_count as active_user_count,
        levels.event_count,
        levels.day_count as active_day_count

    from levels
    inner join definitions
        on levels.definition_id = definitions.definition_id
),

final as (
    select
        -- keys
        judged.definition_id,
        default_judged.definition_id as default_definition_id,
        judged.client_id,

        -- strings
        coalesce(judged.missed_reasons, default_judged.missed_reasons) as missed_reasons,

        -- numerics
        judged.active_user_count,
        judged.event_count,
        judged.active_day_count,
        default_judged.active_user_count as default_active_user_count,
        default_judged.event_count as default_event_count,
        default_judged.active_day_count as default_active_day_count,

        -- booleans
        judged.missed_reasons is null as is_active,
        default_judged.missed_reasons is null as is_active_by_default,

        -- dates
        judged.snapshot_date

    from judged
    inner join judged as default_judged
        on judged.client_id = default_judged.client_id
            and judged.snapshot_date = default_judged.snapshot_date

    where default_judged.definition_id = {{ default_definition() }}
        and judged.definition_id <> {{ default_definition() }}
        and (judged.missed_reasons is null) <> (default_judged.missed_reasons is null)
)

select * from final
