-- Grain: one row per counted client, attribute (all, segment, entitled_plan) and span of days
-- [valid_from, valid_to) with one value. The spans of an attribute cover all days once, so
-- counts by attribute add up to the count of all.

with

clients as (
    select * from {{ ref('int_clients') }}
    where not is_internal
),

plan_spans as (
    select * from {{ ref('int_client_plan_spans') }}
),

final as (
    select
        client_id,
        'all' as attribute,
        'all' as attribute_value,
        {{ unknown_date() }} as valid_from,
        {{ never() }} as valid_to

    from clients

    union all

    select
        client_id,
        'segment' as attribute,
        coalesce(segment, 'unknown') as attribute_value,
        {{ unknown_date() }} as valid_from,
        {{ never() }} as valid_to

    from clients

    union all

    select
        client_id,
        'entitled_plan' as attribute,
        entitled_plan_id as attribute_value,
        valid_from,
        valid_to

    from plan_spans
)

select * from final
