-- Grain: one row per origin and version of a subscription that recurs on or before it, as it
-- was known then: of several deliveries the latest that had arrived, and no end that was
-- still to come. `valid_to` is null while it runs on the origin.

with

subscriptions as (
    select * from {{ ref('int_subscriptions_classified') }}
    where disposition in ('accepted', 'duplicate')
),

clients as (
    select * from {{ ref('int_client_identities') }}
    where exclusion_reason is null
),

billing_intervals as (
    select * from {{ ref('billing_intervals') }}
),

origins as (
    select * from {{ ref('int_clv_origins') }}
),

rates as (
    select * from {{ ref('int_exchange_rate_spans') }}
),

deliveries as (
    select
        origins.origin_date,
        subscriptions.*,
        row_number() over (
            partition by
                origins.origin_date, subscriptions.subscription_id, subscriptions.version
            order by subscriptions.loaded_at desc, subscriptions.raw_row desc
        ) as delivery_rank

    from subscriptions
    cross join origins

    where cast(subscriptions.loaded_at as date) <= origins.known_until_date
        and {{ reporting_date('subscriptions.started_at') }} <= origins.origin_date
),

bounded as (
    select
        *,
        case when trial_ends_at > started_at then trial_ends_at else started_at end
            as recurs_from,
        least(
            coalesce(ended_at, {{ far_future() }}),
            coalesce(lead(started_at) over (
                partition by origin_date, subscription_id
                order by version
            ), {{ far_future() }}),
            case
                when subscription_status = 'past_due'
                    then {{ dbt.dateadd(
                        'day', number_var('past_due_grace_days'), 'started_at'
                    ) }}
                else {{ far_future() }}
            end
        ) as recurs_to,
        {{ counted_discount_rate() }} as counted_discount_rate

    from deliveries

    where delivery_rank = 1
),

final as (
    select
        bounded.origin_date,
        bounded.subscription_id,
        bounded.version,
        clients.canonical_client_id as client_id,
        bounded.plan_id,
        {{ term_months() }} as term_months,
        cast(
            cast(bounded.quantity * bounded.unit_price_amount as {{ type_double() }})
            * billing_intervals.intervals_per_year / (12 * bounded.billing_interval_count)
            * (1 - bounded.counted_discount_rate) * rates.rate
            as decimal(18, 4)
        ) as mrr_amount,
        {{ reporting_date('bounded.recurs_from') }} as valid_from,
        case
            when {{ reporting_date('bounded.recurs_to') }} <= bounded.origin_date
                then {{ reporting_date('bounded.recurs_to') }}
        end as valid_to

    from bounded
    inner join clients
        on bounded.client_id = clients.client_id
    inner join billing_intervals
        on bounded.billing_interval = billing_intervals.billing_interval
    inner join rates
        on bounded.currency_code = rates.currency_code
            and bounded.origin_date >= rates.valid_from
            and bounded.origin_date < {{ or_never('rates.valid_to') }}

    where {{ is_recurring_status('bounded.subscription_status') }}
        and {{ reporting_date('bounded.recurs_from') }} <= bounded.origin_date
        and {{ reporting_date('bounded.recurs_to') }}
        > {{ reporting_date('bounded.recurs_from') }}
        and bounded.quantity * bounded.unit_price_amount
        * (1 - bounded.counted_discount_rate) > 0
)

select * from final
