-- Grain: one row per delivered client, week by whose end something new was known of its
-- subscriptions, and version that recurs on the days [valid_from, valid_to): as known at the
-- ends of weeks from `known_from` until before `known_to`.

with

versions as (
    select * from {{ ref('active_clients', 'int_subscriptions_known') }}
),

billing_intervals as (
    select * from {{ ref('active_clients', 'billing_intervals') }}
),

-- A subscription that went from one client to another is news of both.
holders as (
    select distinct
        client_id as holder_id,
        subscription_id

    from versions
),

news as (
    select distinct
        holders.holder_id,
        {{ add_days(week_start('versions.known_from'), 6) }} as week_end_date

    from holders
    inner join versions
        on holders.subscription_id = versions.subscription_id
),

weeks as (
    select
        holder_id,
        week_end_date,
        lead(week_end_date) over (
            partition by holder_id
            order by week_end_date
        ) as next_week_end_date

    from news
),

known_versions as (
    select
        weeks.holder_id,
        weeks.week_end_date,
        weeks.next_week_end_date,
        versions.*

    from weeks
    inner join holders
        on weeks.holder_id = holders.holder_id
    inner join versions
        on holders.subscription_id = versions.subscription_id
            and {{ is_known('versions', 'weeks.week_end_date') }}
),

spans as (
    {{ recurring_spans(
        'known_versions',
        'billing_intervals',
        keys=['holder_id', 'week_end_date'],
        last_day=never(),
    ) | indent(4) }}
),

final as (
    select
        spans.client_id,
        spans.week_end_date as known_from,
        {{ or_never('spans.next_week_end_date') }} as known_to,
        spans.subscription_id,
        spans.version,
        spans.subscription_status,
        {{ term_months('spans') }} as term_months,
        spans.currency_code,
        spans.quantity as seat_count,
        spans.mrr_amount,
        {{ notice_date('spans', 'spans.known_from') }} is not null as has_notice,
        {{ notice_date('spans', 'spans.known_from') }} as notice_date,
        spans.cancel_reason,
        {{ reporting_date('spans.ended_at') }} as ended_date,
        spans.valid_from,
        spans.valid_to

    from spans
    inner join billing_intervals
        on spans.billing_interval = billing_intervals.billing_interval

    where spans.client_id = spans.holder_id
        and spans.has_mrr
)

select * from final
