-- Grain: one row per counted client, attribute and span of days [valid_from, valid_to) with one
-- value. The spans of an attribute cover all days once, so counts by attribute add up to the
-- count of all. What comes with the client changes with its deliveries; the first holds always.

with

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
    where not is_internal
),

deliveries as (
    {{ known_rows(ref('active_clients', 'int_clients_classified'), 'clients') | indent(4) }}
),

plan_spans as (
    select * from {{ ref('active_clients', 'int_client_plan_spans') }}
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
),

mrr_bands as (
    select * from {{ ref('active_clients', 'mrr_bands') }}
),

counted_deliveries as (
    select
        clients.client_id,
        coalesce(deliveries.segment, 'unknown') as segment,
        coalesce(deliveries.industry, 'unknown') as industry,
        coalesce(deliveries.country_code, 'unknown') as country,
        coalesce(deliveries.acquisition_channel, 'unknown') as acquisition_channel,
        coalesce(deliveries.owner_id, 'unknown') as owner_id,
        deliveries.known_from,
        lag(deliveries.known_from) over (
            partition by clients.client_id
            order by deliveries.known_from
        ) is null as is_first

    from clients
    inner join deliveries
        on clients.client_id = deliveries.client_id

    where deliveries.known_from < deliveries.known_to
),

profiles as (
    select
        *,
        case when is_first then {{ unknown_date() }} else known_from end as valid_from

    from counted_deliveries
),

levels as (
    select
        client_id,
        mrr_amount,
        valid_from

    from client_mrr

    union all

    select
        client_id,
        0 as mrr_amount,
        {{ unknown_date() }} as valid_from

    from clients
),

-- Each value holds until the next one of the attribute.
attributes as (
    select
        client_id,
        'all' as attribute,
        'all' as attribute_value,
        {{ unknown_date() }} as valid_from

    from clients

    union all

    select
        client_id,
        'segment' as attribute,
        segment as attribute_value,
        valid_from

    from profiles

    union all

    select
        client_id,
        'industry' as attribute,
        industry as attribute_value,
        valid_from

    from profiles

    union all

    select
        client_id,
        'country' as attribute,
        country as attribute_value,
        valid_from

    from profiles

    union all

    select
        client_id,
        'acquisition_channel' as attribute,
        acquisition_channel as attribute_value,
        valid_from

    from profiles

    union all

    select
        client_id,
        'owner' as attribute,
        owner_id as attribute_value,
        valid_from

    from profiles

    union all

    select
        client_id,
        'entitled_plan' as attribute,
        entitled_plan_id as attribute_value,
        valid_from

    from plan_spans

    union all

    select
        client_id,
        'paid_plan' as attribute,
        paid_plan_id as attribute_value,
        valid_from

    from plan_spans

    union all

    select
        levels.client_id,
        'mrr_band' as attribute,
        case
            when levels.mrr_amount = 0 then 'none'
            else coalesce(mrr_bands.mrr_band, 'unknown')
        end as attribute_value,
        levels.valid_from

    from levels
    left join mrr_bands
        on levels.mrr_amount >= mrr_bands.from_mrr
            and levels.mrr_amount < coalesce(mrr_bands.to_mrr, levels.mrr_amount + 1)
),

compared as (
    select
        *,
        lag(attribute_value) over (
            partition by client_id, attribute
            order by valid_from
        ) as previous_value

    from attributes
),

final as (
    select
        client_id,
        attribute,
        attribute_value,
        valid_from,
        coalesce(lead(valid_from) over (
            partition by client_id, attribute
            order by valid_from
        ), {{ never() }}) as valid_to

    from compared

    where previous_value is null
        or attribute_value <> previous_value
)

select * from final
