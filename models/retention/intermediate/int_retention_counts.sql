-- Grain: one row per retention definition, attribute, value, cohort, method and period number
-- from 1 (of a bracket the first of its periods) in which at least one entity came back; of
-- the rolling method it is 0 where each of them had missed a period before.

with

members as (
    select * from {{ ref('active_clients', 'int_retention_members') }}
),

returns as (
    select * from {{ ref('active_clients', 'int_retention_returns') }}
),

cells as (
    select * from {{ ref('active_clients', 'int_retention_cells') }}
),

member_returns as (
    select
        members.*,
        returns.period_number,
        returns.is_consecutive,
        returns.is_last

    from members
    inner join returns
        on members.retention_id = returns.retention_id
            and members.entity_id = returns.entity_id
            and members.cohort_index = returns.cohort_index
),

return_counts as (
    select
        retention_id,
        attribute,
        attribute_value,
        cohort_index,
        period_number,
        count(*) as on_count,
        sum(case when is_consecutive then 1 else 0 end) as rolling_count,
        sum(case when is_last then 1 else 0 end) as last_count

    from member_returns

    group by retention_id, attribute, attribute_value, cohort_index, period_number
),

final as (
    select
        retention_id,
        attribute,
        attribute_value,
        cohort_index,
        'on' as retention_method,
        period_number,
        on_count as retained_count

    from return_counts

    union all

    select
        retention_id,
        attribute,
        attribute_value,
        cohort_index,
        'rolling' as retention_method,
        period_number,
        rolling_count as retained_count

    from return_counts

    union all

    select
        return_counts.retention_id,
        return_counts.attribute,
        return_counts.attribute_value,
        return_counts.cohort_index,
        cells.retention_method,
        cells.period_number,
        sum(return_counts.last_count) as retained_count

    from return_counts
    inner join cells
        on return_counts.retention_id = cells.retention_id
            and return_counts.cohort_index = cells.cohort_index
            and return_counts.period_number >= cells.period_number

    where cells.retention_method = 'unbounded' and cells.period_number > 0

    group by
        return_counts.retention_id,
        return_counts.attribute,
        return_counts.attribute_value,
        return_counts.cohort_index,
        cells.retention_method,
        cells.period_number

    union all

    select
        member_returns.retention_id,
        member_returns.attribute,
        member_returns.attribute_value,
        member_returns.cohort_index,
        cells.retention_method,
        cells.period_number,
        count(distinct member_returns.entity_id) as retained_count

    from member_returns
    inner join cells
        on member_returns.retention_id = cells.retention_id
            and member_returns.cohort_index = cells.cohort_index
            and member_returns.period_number between
            cells.period_number and cells.last_period_number

    where cells.retention_method = 'bracket'

    group by
        member_returns.retention_id,
        member_returns.attribute,
        member_returns.attribute_value,
        member_returns.cohort_index,
        cells.retention_method,
        cells.period_number
)

select * from final
