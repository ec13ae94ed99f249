-- Grain: one row per counted client and span of days [valid_from, valid_to) on which nothing
-- changed by which figures are told apart. The spans of a client cover all days once. A client
-- that was merged into another has the spans of that one: what was known before names it still.

with

attributes as (
    select * from {{ ref('active_clients', 'int_client_attributes') }}
),

identities as (
    select * from {{ ref('active_clients', 'int_client_identities') }}
),

change_dates as (
    select distinct
        client_id,
        valid_from

    from attributes
),

held as (
    select
        change_dates.client_id,
        change_dates.valid_from,
        attributes.attribute,
        attributes.attribute_value,
        attributes.valid_to

    from change_dates
    inner join attributes
        on change_dates.client_id = attributes.client_id
            and {{ is_within('change_dates.valid_from', 'attributes') }}
),

versions as (
    select
        client_id,
        max(case when attribute = 'segment' then attribute_value end) as segment,
        max(case when attribute = 'industry' then attribute_value end) as industry,
        max(case when attribute = 'country' then attribute_value end) as country,
        max(case when attribute = 'acquisition_channel' then attribute_value end)
            as acquisition_channel,
        max(case when attribute = 'owner' then attribute_value end) as owner_id,
        max(case when attribute = 'entitled_plan' then attribute_value end) as entitled_plan,
        max(case when attribute = 'paid_plan' then attribute_value end) as paid_plan,
        max(case when attribute = 'mrr_band' then attribute_value end) as mrr_band,
        valid_from,
        min(valid_to) as valid_to

    from held

    group by client_id, valid_from
),

final as (
    select
        -- keys
        identities.client_id,

        -- strings
        versions.segment,
        versions.industry,
        versions.country,
        versions.acquisition_channel,
        versions.owner_id,
        versions.entitled_plan,
        versions.paid_plan,
        versions.mrr_band,

        -- dates
        versions.valid_from,
        versions.valid_to

    from versions
    inner join identities
        on versions.client_id = identities.canonical_client_id
)

select * from final
