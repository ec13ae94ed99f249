-- The default definition exists, and no two rows decide on the same event on the same day.

with

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

core_actions as (
    select * from {{ ref('active_clients', 'core_actions') }}
),

sequenced_actions as (
    select
        definition_id,
        lower(trim(event_name)) as event_name,
        {{ or_never('valid_to') }} as end_date,
        lead(coalesce(valid_from, {{ unknown_date() }})) over (
            partition by definition_id, lower(trim(event_name))
            order by
                coalesce(valid_from, {{ unknown_date() }}) asc,
                {{ or_never('valid_to') }} asc
        ) as next_start_date

    from core_actions
),

default_definitions as (
    select count(*) as default_count
    from definitions
    where definition_id = {{ default_definition() }}
)

select
    definition_id,
    event_name,
    'two rows of core_actions decide on one day' as problem

from sequenced_actions

where next_start_date < end_date

union all

select
    {{ default_definition() }} as definition_id,
    cast(null as {{ dbt.type_string() }}) as event_name,
    'the variable default_definition_id names no row of active_definitions' as problem

from default_definitions

{# `dbt build --empty` leaves the seeds empty too. -#}
where default_count = 0 and {{ 'false' if flags.EMPTY else 'true' }}
