-- Grain: one row per definition and window length in days: 1, 7, 28 and the definition's own.
-- A window too short to hold the definition's `min_days` is left out.

with

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
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
    inner join standard_windows
        on definitions.min_days <= standard_windows.window_days

    {{ union_distinct() }}

    select
        definition_id,
        window_days

    from definitions
)

select * from final
