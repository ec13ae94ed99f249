-- Grain: one row per definition, client and feature that the client was ever entitled to or
-- has used. A client adopts a feature with its first qualifying event in it while entitled.

with

feature_uses as (
    select * from {{ ref('active_clients', 'int_client_feature_uses') }}
),

entitlements as (
    select * from {{ ref('active_clients', 'int_client_feature_entitlements') }}
),

definitions as (
    select * from {{ ref('active_clients', 'active_definitions') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

client_entitlements as (
    select
        entitlements.client_id,
        entitlements.feature,
        min(entitlements.valid_from) as entitled_date,
        {{ add_days('max(entitlements.valid_to)', -1) }} as last_entitled_date,
        max(case when {{ is_within('as_of.as_of_date', 'entitlements') }} then 1 else 0 end)
            as entitled_version_count

    from entitlements
    cross join as_of

    group by entitlements.client_id, entitlements.feature
),

candidates as (
    select
        definitions.definition_id,
        client_entitlements.client_id,
        client_entitlements.feature

    from client_entitlements
    cross join definitions
    {{ union_distinct() }}
    select
        definition_id,
        client_id,
        feature

    from feature_uses
),

joined as (
    select
        candidates.*,
        feature_uses.active_day_count,
        feature_uses.unentitled_day_count,
        feature_uses.event_count,
        feature_uses.recent_week_count,
        feature_uses.first_used_date,
        feature_uses.adopted_date,
        feature_uses.last_used_date,
        client_entitlements.entitled_date,
        client_entitlements.entitled_version_count,
        coalesce(feature_uses.adopted_date, greatest(
            least({{ last_known_date('definitions') }}, client_entitlements.last_entitled_date),
            client_entitlements.entitled_date
        )) as observed_to_date,
        as_of.as_of_date

    from candidates
    cross join as_of
    inner join definitions
        on candidates.definition_id = definitions.definition_id
    left join client_entitlements
        on candidates.client_id = client_entitlements.client_id
            and candidates.feature = client_entitlements.feature
    left join feature_uses
        on candidates.definition_id = feature_uses.definition_id
            and candidates.client_id = feature_uses.client_id
            and candidates.feature = feature_uses.feature
),

final as (
    select
        -- keys
        definition_id,
        client_id,
        feature,

        -- numerics
        cast(coalesce(active_day_count, 0) as bigint) as active_day_count,
        cast(coalesce(unentitled_day_count, 0) as bigint) as unentitled_day_count,
        cast(coalesce(event_count, 0) as bigint) as event_count,
        cast(coalesce(recent_week_count, 0) as integer) as recent_week_count,
        cast({{ dbt.datediff(
            'entitled_date', 'adopted_date', 'day'
        ) }} as integer) as days_to_adopt,
        cast({{ dbt.datediff(
            'entitled_date', 'observed_to_date', 'day'
        ) }} as integer) as observed_days,

        -- booleans
        coalesce(entitled_version_count, 0) > 0 as is_entitled,
        adopted_date is not null as is_adopted,
        adopted_date is not null and coalesce(recent_week_count, 0) >= 2 as is_retained,
        coalesce(unentitled_day_count, 0) > 0 as has_unentitled_use,
        definition_id = {{ default_definition() }} as is_default_definition,

        -- dates
        entitled_date,
        adopted_date,
        first_used_date,
        last_used_date,
        as_of_date

    from joined
)

select * from final
