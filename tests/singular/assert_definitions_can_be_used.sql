-- The default definition exists, and no two rows decide on the same event on the same day.

with

definitions as (
    select * from {{ ref('active_definitions') }}
),

core_actions as (
    select * from {{ ref('core_actions') }}
),

overlapping_actions as (
    select
        actions.definition_id,
        'core_actions has two rows for ' || actions.event_name || ' on one day' as problem

    from core_actions as actions
    inner join core_actions as others
        on actions.definition_id = others.definition_id
            and actions.event_name = others.event_name
            and coalesce(actions.valid_from, {{ unknown_date() }})
            < coalesce(others.valid_from, {{ unknown_date() }})
            and {{ or_never('actions.valid_to') }}
            > coalesce(others.valid_from, {{ unknown_date() }})
),

default_definitions as (
    select count(*) as default_count
    from definitions
    where definition_id = {{ default_definition() }}
)

select
    definition_id,
    problem

from overlapping_actions

union all

select
    {{ default_definition() }} as definition_id,
    'the variable default_definition_id names no row of active_definitions' as problem

from default_definitions

where default_count = 0
