-- Grain: one row per retention definition, entity and cohort: the period of its first start
-- action over full history, or with a recurring start each period with one.

with

actions as (
    select * from {{ ref('active_clients', 'int_retention_actions') }}
    where start_date is not null
),

retention_definitions as (
    select * from {{ ref('active_clients', 'retention_definitions') }}
),

numbered_starts as (
    select
        *,
        row_number() over (
            partition by retention_id, entity_id
            order by period_index
        ) as start_number

    from actions
),

final as (
    select
        numbered_starts.retention_id,
        numbered_starts.entity_id,
        numbered_starts.period_index as cohort_index,
        numbered_starts.start_date,
        numbered_starts.start_client_id

    from numbered_starts
    inner join retention_definitions
        on numbered_starts.retention_id = retention_definitions.retention_id

    where retention_definitions.start_type = 'recurring'
        or numbered_starts.start_number = 1
)

select * from final
