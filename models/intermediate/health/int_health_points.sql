-- Grain: one row per complete week, paying client and known measure of its health: points
-- from 0 to 100 on the straight line between the two values that the seed gives.

with

measures as (
    select * from {{ ref('int_client_week_measures') }}
    where is_paying
),

health_measures as (
    select * from {{ ref('health_measures') }}
),

pointed as (
    select
        measures.week_index,
        measures.client_id,
        health_measures.component,
        measures.measure,
        health_measures.weight,
        measures.measure_value,
        health_measures.value_at_zero,
        health_measures.value_at_hundred,
        cast(least(100, greatest(0, 100 * cast(
            measures.measure_value - health_measures.value_at_zero as {{ type_double() }}
        ) / cast(
            health_measures.value_at_hundred - health_measures.value_at_zero
            as {{ type_double() }}
        ))) as decimal(9, 4)) as points,
        measures.snapshot_date

    from measures
    inner join health_measures
        on measures.measure = health_measures.measure
),

final as (
    select
        *,
        cast(weight * (100 - points) as decimal(18, 6)) as lost_points

    from pointed
)

select * from final
