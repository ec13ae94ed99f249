-- Grain: one row per complete week, paying client and known measure of its health: points
-- from 0 to 100 on the straight line between the two values that the seed gives.

with

measures as (
    select * from {{ ref('active_clients', 'int_client_week_measures') }}
    where is_paying
),

health_measures as (
    select * from {{ ref('active_clients', 'health_measures') }}
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
        least(100, greatest(0, 100 * cast(
            measures.measure_value - health_measures.value_at_zero as {{ type_double() }}
        ) / cast(
            health_measures.value_at_hundred - health_measures.value_at_zero
            as {{ type_double() }}
        ))) as exact_points,
        measures.snapshot_date

    from measures
    inner join health_measures
        on measures.measure = health_measures.measure
),

rounded as (
    select
        *,
        {{ float_as_decimal('exact_points', 9, 4) }} as points

    from pointed
),

final as (
    select
        week_index,
        client_id,
        component,
        measure,
        weight,
        measure_value,
        value_at_zero,
        value_at_hundred,
        points,
        snapshot_date,
        cast({{ widened('weight') }} * (100 - points) as decimal(18, 6)) as lost_points

    from rounded
)

select * from final
