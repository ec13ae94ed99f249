-- Grain: one row per definition, feature, attribute and value, at as_of_date.
-- Reach is adopters over clients entitled now; depth is active days per adopter; the time to
-- adopt is the Kaplan-Meier median over all ever entitled, in which those that have not
-- adopted count as long as they were watched. Who was entitled before the first usage in the
-- data, or outside the definition's validity, may have adopted unseen and does not count.

with

adoption as (
    select * from {{ ref('active_clients', 'fct_feature_adoption') }}
),

attribute_spans as (
    select * from {{ ref('active_clients', 'int_client_attributes') }}
    where attribute in ({{ cut_attributes() }})
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

attributed as (
    select
        adoption.*,
        attribute_spans.attribute,
        attribute_spans.attribute_value,
        adoption.is_adopted as is_observed

    from adoption
    cross join as_of
    inner join attribute_spans
        on adoption.client_id = attribute_spans.client_id
            and {{ is_within('as_of.as_of_date', 'attribute_spans') }}
),

history as (
    select min(activity_date) as first_usage_date
    from {{ ref('active_clients', 'fct_usage_daily') }}
),

watched as (
    select attributed.*
    from attributed
    inner join definitions
        on attributed.definition_id = definitions.definition_id
            and {{ is_within('attributed.entitled_date', 'definitions') }}
    inner join history
        on attributed.entitled_date >= history.first_usage_date
),

{{ kaplan_meier(
    'watched', ['definition_id', 'feature', 'attribute', 'attribute_value']
) }},

medians as (
    select
        definition_id,
        feature,
        attribute,
        attribute_value,
        min(observed_days) as median_days_to_adopt

    from survival

    where survival_probability <= 0.5

    group by definition_id, feature, attribute, attribute_value
),

counts as (
    select
        definition_id,
        feature,
        attribute,
        attribute_value,
        is_default_definition,
        sum(case when is_entitled then 1 else 0 end) as entitled_count,
        sum(case when is_entitled and is_adopted then 1 else 0 end) as adopter_count,
        sum(case when is_entitled and is_retained then 1 else 0 end) as retained_adopter_count,
        sum(case when is_entitled and is_adopted then active_day_count else 0 end)
            as adopter_day_count,
        sum(case when has_unentitled_use then 1 else 0 end) as unentitled_user_count

    from attributed

    group by definition_id, feature, attribute, attribute_value, is_default_definition
),

final as (
    select
        counts.definition_id,
        counts.feature,
        counts.attribute,
        counts.attribute_value,
        cast(counts.entitled_count as bigint) as entitled_client_count,
        cast(counts.adopter_count as bigint) as adopter_count,
        {{ rate('adopter_count', 'entitled_count') }} as reach_rate,
        {{ wilson('adopter_count', 'entitled_count', 'lower') }} as reach_rate_lower,
        {{ wilson('adopter_count', 'entitled_count', 'upper') }} as reach_rate_upper,
        cast(counts.retained_adopter_count as bigint) as retained_adopter_count,
        {{ rate('retained_adopter_count', 'adopter_count') }} as retained_adoption_rate,
        {{ wilson('retained_adopter_count', 'adopter_count', 'lower') }}
            as retained_adoption_rate_lower,
        {{ wilson('retained_adopter_count', 'adopter_count', 'upper') }}
            as retained_adoption_rate_upper,
        {{ rate('adopter_day_count', 'adopter_count') }} as active_days_per_adopter,
        cast(counts.unentitled_user_count as bigint) as unentitled_client_count,
        cast(medians.median_days_to_adopt as integer) as median_days_to_adopt,
        counts.is_default_definition,
        as_of.as_of_date

    from counts
    cross join as_of
    left join medians
        on counts.definition_id = medians.definition_id
            and counts.feature = medians.feature
            and counts.attribute = medians.attribute
            and counts.attribute_value = medians.attribute_value
)

select * from final
