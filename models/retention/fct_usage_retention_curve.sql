-- Grain: one row per retention definition, method, attribute, value and period number. The
-- retention curve pooled over cohorts: retained over eligible of all mature cells, never a
-- mean of rates. With a recurring start an entity counts once per cohort it is in, and the
-- interval, which takes entities as independent, is too narrow.

with

retention as (
    select * from {{ ref('active_clients', 'fct_usage_retention') }}
    where is_mature
),

pooled as (
    select
        retention_id,
        retention_method,
        attribute,
        attribute_value,
        period_number,
        definition_id,
        entity_type,
        period_grain,
        last_period_number,
        count(*) as cohort_count,
        sum(eligible_count) as eligible_count,
        sum(retained_count) as retained_count

    from retention

    group by
        retention_id,
        retention_method,
        attribute,
        attribute_value,
        period_number,
        definition_id,
        entity_type,
        period_grain,
        last_period_number
),

final as (
    select
        -- keys
        retention_id,
        retention_method,
        attribute,
        attribute_value,
        period_number,

        -- strings
        definition_id,
        entity_type,
        period_grain,

        -- numerics
        last_period_number,
        cast(cohort_count as bigint) as cohort_count,
        cast(eligible_count as bigint) as eligible_count,
        cast(retained_count as bigint) as retained_count,
        {{ rate('retained_count', 'eligible_count') }} as retention_rate,
        {{ wilson('retained_count', 'eligible_count', 'lower') }} as retention_rate_lower,
        {{ wilson('retained_count', 'eligible_count', 'upper') }} as retention_rate_upper

    from pooled
)

select * from final
