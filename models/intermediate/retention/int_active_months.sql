-- Grain: one row per definition, entity type, entity and month with a qualifying event.
-- `cohort_month` is the month of the entity's first, over its full history.

with

user_activity as (
    select * from {{ ref('fct_user_activity_daily') }}
),

entity_months as (
    select
        definition_id,
        'client' as entity_type,
        client_id as entity_id,
        {{ month_start('activity_date') }} as activity_month

    from user_activity

    {{ union_distinct() }}

    select
        definition_id,
        'user' as entity_type,
        user_id as entity_id,
        {{ month_start('activity_date') }} as activity_month

    from user_activity
),

final as (
    select
        definition_id,
        entity_type,
        entity_id,
        activity_month,
        min(activity_month) over (
            partition by definition_id, entity_type, entity_id
        ) as cohort_month

    from entity_months
)

select * from final
