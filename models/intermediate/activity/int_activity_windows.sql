-- Grain: one row per definition and window length in days: 1, 7, 28 and the definition's own.

with

definitions as (
    select * from {{ ref('active_definitions') }}
),

standard_windows as (
    select 1 as window_days
    union all
    select 7 as window_days
    union all
    select 28 as window_days
),

final as (
    select
        definitions.definition_id,
        standard_windows.window_days

    from definitions
    cross join standard_windows

    {{ union_distinct() }}

    select
        definition_id,
        window_days

    from definitions
)

select * from final
