-- Grain: one row per counted client, kind of milestone and threshold, reached by as_of_date
-- or upcoming within 30 days. Celebrated is what an outbound touchpoint of a celebrating
-- topic (the seed touchpoint_topics) followed within milestone_celebration_days.

with

milestones as (
    select
        *,
        false as is_estimated

    from {{ ref('active_clients', 'int_milestone_anniversaries') }}

    union all

    select
        client_id,
        milestone_kind,
        threshold,
        milestone_date,
        is_estimated

    from {{ ref('active_clients', 'int_milestone_thresholds') }}
),

touchpoints as (
    select * from {{ ref('active_clients', 'int_touchpoints') }}
    where is_celebration
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

celebrations as (
    select
        milestones.client_id,
        milestones.milestone_kind,
        milestones.threshold,
        touchpoints.touchpoint_id,
        touchpoints.occurred_date,
        row_number() over (
            partition by milestones.client_id, milestones.milestone_kind, milestones.threshold
            order by touchpoints.occurred_at, touchpoints.touchpoint_id
        ) as celebration_order

    from milestones
    inner join touchpoints
        on milestones.client_id = touchpoints.client_id
            and milestones.milestone_date <= touchpoints.occurred_date
            and {{ add_days(
                'milestones.milestone_date', number_var('milestone_celebration_days')
            ) }} >= touchpoints.occurred_date
),

final as (
    select
        -- keys
        milestones.client_id,
        milestones.milestone_kind,
        cast(milestones.threshold as bigint) as threshold,

        -- ids
        celebrations.touchpoint_id,

        -- strings
        case
            when milestones.milestone_date <= as_of.as_of_date then 'reached'
            else 'upcoming'
        end as milestone_status,

        -- booleans
        milestones.is_estimated,
        celebrations.touchpoint_id is not null as is_celebrated,
        {{ add_days('milestones.milestone_date', number_var('milestone_celebration_days')) }}
        <= as_of.as_of_date as is_celebration_elapsed,

        -- dates
        milestones.milestone_date,
        celebrations.occurred_date as celebrated_date

    from milestones
    cross join as_of
    left join celebrations
        on milestones.client_id = celebrations.client_id
            and milestones.milestone_kind = celebrations.milestone_kind
            and milestones.threshold = celebrations.threshold
            and celebrations.celebration_order = 1
)

select * from final
