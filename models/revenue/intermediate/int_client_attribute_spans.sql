-- Grain: one row per counted client, attribute (all, segment, plan) and span of days
-- [valid_from, valid_to) with one value. The spans of an attribute cover all days once, so
-- counts by attribute add up to the count of all.

with

clients as (
    select * from {{ ref('int_clients') }}
    where not is_internal
),

plans as (
    select * from {{ ref('int_plans_classified') }}
    where disposition = 'accepted'
),

plan_versions as (
    select * from {{ ref('int_client_plan_versions') }}
),

change_dates as (
    select
        client_id,
        {{ unknown_date() }} as change_date

    from clients

    {{ union_distinct() }}

    select
        client_id,
        valid_from as change_date

    from plan_versions

    {{ union_distinct() }}

    select
        client_id,
        valid_to as change_date

    from plan_versions

    where valid_to is not null
),

plan_spans as (
    select
        client_id,
        change_date as valid_from,
        coalesce(
            lead(change_date) over (partition by client_id order by change_date),
            {{ never() }}
        ) as valid_to

    from change_dates
),

-- Of several plans at a time, the one with the highest rank is the client's.
ranked_plans as (
    select
        plan_spans.client_id,
        plan_spans.valid_from,
        plan_spans.valid_to,
        plan_versions.plan_id,
        row_number() over (
            partition by plan_spans.client_id, plan_spans.valid_from
            order by coalesce(plans.plan_rank, -1) desc, plan_versions.plan_id
        ) as plan_order

    from plan_spans
    left join plan_versions
        on plan_spans.client_id = plan_versions.client_id
            and {{ is_within('plan_spans.valid_from', 'plan_versions') }}
    left join plans
        on plan_versions.plan_id = plans.plan_id
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
        'plan' as attribute,
        coalesce(plan_id, 'none') as attribute_value,
        valid_from,
        valid_to

    from ranked_plans

    where plan_order = 1
)

select * from final
