-- Grain: one row per educational topic, over all mature months: adoption of a new feature by
-- clients that were reached against those that were not, with a Newcombe interval; null below
-- lift_min_sample client-months in either group. Clients were not drawn at random.

{{ config(enabled=var('touchpoints_enabled')) }}

with

reach as (
    select * from {{ ref('active_clients', 'fct_communication_reach') }}
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

compared as (
    {{ lift_of_groups(
        'counts',
        'reached', 'reached_adopter_count',
        'unreached', 'unreached_adopter_count',
        min_sample=number_var('lift_min_sample')
    ) }}
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
        lift,
        lift_lower,
        lift_upper,
        is_sufficient

    from compared
)

select * from final
