-- Grain: one row per complete week and client with a subscription that was known and had
-- begun by the week's end: what it paid for then, since when, and until when.

with

identities as (
    select * from {{ ref('int_client_identity_weeks') }}
    where not is_internal
),

versions as (
    {{ known_rows(ref('int_subscriptions_classified'), ['subscription_id', 'version']) }}
),

billing_intervals as (
    select * from {{ ref('billing_intervals') }}
),

known_versions as (
    select
        identities.week_index,
        identities.snapshot_date,
        identities.canonical_client_id,
        versions.*,
        {{ reporting_date('greatest(versions.started_at,'
            ~ ' coalesce(versions.trial_ends_at, versions.started_at))') }} as recurs_from,
        {{ reporting_date('versions.ended_at') }} as ended_date,
        {{ is_recurring_status('versions.subscription_status') }}
        and versions.quantity * versions.unit_price_amount > 0
        and {{ counted_discount_rate() }} < 1 as is_recurring,
        row_number() over (
            partition by identities.week_index, versions.subscription_id
            order by versions.version desc
        ) as recency

    from identities
    inner join versions
        on identities.client_id = versions.client_id
            and {{ is_known('versions', 'identities.snapshot_date') }}
            and identities.snapshot_date >= {{ reporting_date('versions.started_at') }}
),

-- A term is counted from the first day that recurred, so that no month end wears off.
anchored as (
    select
        known_versions.*,
        min(case when known_versions.is_recurring then known_versions.recurs_from end) over (
            partition by known_versions.week_index, known_versions.canonical_client_id
        ) as first_recurs_from,
        min(case when known_versions.is_recurring then known_versions.recurs_from end) over (
            partition by known_versions.week_index, known_versions.subscription_id
        ) as term_anchor_date,
        cast(floor(
            12 * known_versions.billing_interval_count
            / cast(billing_intervals.intervals_per_year as {{ type_double() }})
        ) as integer)
            as term_months

    from known_versions
    inner join billing_intervals
        on known_versions.billing_interval = billing_intervals.billing_interval
),

paid_items as (
    select
        *,
        cast(floor(
            {{ months_between('term_anchor_date', 'snapshot_date') }}
            / cast(nullif(term_months, 0) as {{ type_double() }})
        ) as integer) * term_months
            as elapsed_months

    from anchored

    where recency = 1
        and is_recurring
        and recurs_from <= snapshot_date
        and (ended_date is null or ended_date > snapshot_date)
        and (
            subscription_status <> 'past_due'
            or {{ add_days(reporting_date('started_at'), mrr_policy('past_due_grace_days')) }}
            > snapshot_date
        )
),

renewed_items as (
    select
        *,
        case
            when ended_date is not null then ended_date
            when {{ add_months('term_anchor_date', 'elapsed_months') }} > snapshot_date
                then {{ add_months('term_anchor_date', 'elapsed_months') }}
            else {{ add_months('term_anchor_date', 'elapsed_months + term_months') }}
        end as term_end_date

    from paid_items
),

final as (
    select
        week_index,
        canonical_client_id as client_id,
        cast(sum(quantity) as decimal(18, 4)) as seat_count,
        max(case when subscription_status = 'past_due' then 1 else 0 end) as past_due_count,
        max(case when ended_date is not null or canceled_at is not null then 1 else 0 end)
            as notice_count,
        min(first_recurs_from) as first_paid_date,
        min(case
            when term_months >= {{ number_var('contract_term_months_min', 1) }}
                then term_end_date
        end) as term_end_date

    from renewed_items

    group by week_index, canonical_client_id
)

select * from final
