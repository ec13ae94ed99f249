-- Grain: one row per educational topic, over all mature months: adoption of a new feature by
-- clients that were reached against those that were not, with a Newcombe interval; null below
-- lift_min_sample client-months in either group. Clients were not drawn at random.

{{ config(enabled=var('touchpoints_enabled')) }}

with

reach as (
    select * from {{ ref('fct_communication_reach') }}
    where is_mature
),

counts as (
    select
        topic,
        cast(sum(reached_count) as bigint) as reached_count,
        cast(sum(reached_adopter_count) as bigint) as reached_adopter_count,
        cast(sum(client_count - reached_count) as bigint) as unreached_count,
        cast(sum(unreached_adopter_count) as bigint) as unreached_adopter_count

    from reach

    group by topic
),

rated as (
    select
        *,
        {{ rate('reached_adopter_count', 'reached_count') }} as reached_rate,
        {{ wilson('reached_adopter_count', 'reached_count', 'lower') }} as reached_lower,
        {{ wilson('reached_adopter_count', 'reached_count', 'upper') }} as reached_upper,
        {{ rate('unreached_adopter_count', 'unreached_count') }} as unreached_rate,
        {{ wilson('unreached_adopter_count', 'unreached_count', 'lower') }} as unreached_lower,
        {{ wilson('unreached_adopter_count', 'unreached_count', 'upper') }} as unreached_upper,
        least(reached_count, unreached_count) >= {{ number_var('lift_min_sample', 1) }}
            as is_sufficient

    from counts
),

final as (
    select
        topic,
        reached_count,
        reached_adopter_count,
        unreached_count,
        unreached_adopter_count,
        reached_rate,
        reached_lower,
        reached_upper,
        unreached_rate,
        unreached_lower,
        unreached_upper,
        case when is_sufficient then cast(reached_rate - unreached_rate as decimal(12, 6)) end
            as lift,
        case when is_sufficient then {{ newcombe('reached', 'unreached', 'lower') }} end
            as lift_lower,
        case when is_sufficient then {{ newcombe('reached', 'unreached', 'upper') }} end
            as lift_upper,
        is_sufficient

    from rated
)

select * from final
