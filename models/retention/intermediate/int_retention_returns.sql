-- Grain: one row per retention definition, entity, cohort and later period with a return
-- action. `is_consecutive`: no period between the cohort and this one was missed.

{% set member = 'starts.retention_id, starts.entity_id, starts.cohort_index' %}

with

starts as (
    select * from {{ ref('active_clients', 'int_retention_starts') }}
),

actions as (
    select * from {{ ref('active_clients', 'int_retention_actions') }}
    where has_return
),

numbered_returns as (
    select
        {{ member }},
        actions.period_index - starts.cohort_index as period_number,
        row_number() over (partition by {{ member }} order by actions.period_index)
            as return_number,
        lead(actions.period_index) over (
            partition by {{ member }}
            order by actions.period_index
        ) as next_index

    from starts
    inner join actions
        on starts.retention_id = actions.retention_id
            and starts.entity_id = actions.entity_id
            and starts.cohort_index < actions.period_index
),

final as (
    select
        retention_id,
        entity_id,
        cohort_index,
        cast(period_number as integer) as period_number,
        period_number = return_number as is_consecutive,
        next_index is null as is_last

    from numbered_returns
)

select * from final
