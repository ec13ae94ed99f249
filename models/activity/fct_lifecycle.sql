-- Grain: one row per definition, entity type, entity, period grain (day, week, month) and
-- period in which the client or user was new, retained, resurrected or dormant. A client is
-- active in a period when it meets the definition's thresholds within it. Inactive ones have
-- no row. The period of as_of_date is there while it runs, but nobody is dormant in it before
-- it is over, nor in one that goes on after the definition has ended.

{{ config(materialized='view') }}

with

active_periods as (
    select * from {{ ref('active_clients', 'int_active_periods') }}
),

date_periods as (
    select distinct
        period_grain,
        period_index,
        period_start_date,
        period_end_date

    from {{ ref('active_clients', 'int_date_periods') }}
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

statuses as (
    select
        definition_id,
        entity_type,
        entity_id,
        period_grain,
        period_index,
        case
            when period_index = first_period_index then 'new'
            when period_index = previous_period_index + 1 then 'retained'
            else 'resurrected'
        end as lifecycle_status

    from active_periods

    union all

    select
        definition_id,
        entity_type,
        entity_id,
        period_grain,
        period_index + 1 as period_index,
        'dormant' as lifecycle_status

    from active_periods

    where next_period_index is null or next_period_index > period_index + 1
),

judged as (
    select
        statuses.definition_id,
        statuses.entity_type,
        statuses.entity_id,
        statuses.period_grain,
        statuses.lifecycle_status,
        date_periods.period_end_date <= {{ last_known_date('definitions') }} as is_complete,
        statuses.definition_id = {{ default_definition() }} as is_default_definition,
        date_periods.period_start_date

    from statuses
    inner join definitions
        on statuses.definition_id = definitions.definition_id
    inner join date_periods
        on statuses.period_grain = date_periods.period_grain
            and statuses.period_index = date_periods.period_index
    cross join as_of
),

final as (
    select * from judged
    where is_complete or lifecycle_status <> 'dormant'
)

select * from final
