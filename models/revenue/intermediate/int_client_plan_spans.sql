-- Grain: one row per client and span of days [valid_from, valid_to) with its main plan: of
-- the plans whose revenue recurs, the one with the highest MRR. Days without one have no row.

with

versions as (
    select * from {{ ref('int_subscription_versions') }}
    where is_recurring
        and (valid_to is null or valid_from < valid_to)
),

boundaries as (
    select
        client_id,
        valid_from as change_date

    from versions

    {{ union_distinct() }}

    select
        client_id,
        valid_to as change_date

    from versions

    where valid_to is not null
),

spans as (
    select
        client_id,
        change_date as valid_from,
        lead(change_date) over (
            partition by client_id
            order by change_date
        ) as valid_to

    from boundaries
),

ranked as (
    select
        spans.client_id,
        spans.valid_from,
        spans.valid_to,
        versions.plan_id,
        row_number() over (
            partition by spans.client_id, spans.valid_from
            order by
                versions.mrr_amount desc, versions.subscription_id asc, versions.version asc
        ) as plan_order

    from spans
    inner join versions
        on spans.client_id = versions.client_id
            and spans.valid_from >= versions.valid_from
            and spans.valid_from < {{ or_never('versions.valid_to') }}
),

final as (
    select
        client_id,
        coalesce(plan_id, 'unknown') as plan_id,
        valid_from,
        valid_to

    from ranked

    where plan_order = 1
)

select * from final
