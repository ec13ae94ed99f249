-- Grain: one row per delivered row of billing.subscriptions, with its disposition.
-- Beyond the rules of every table, a version must not start before a lower version.
-- What is told as it is now, cancelled since, was active until it ended.

with

deliveries as (
    {{ classify_rows(
        staged=ref('active_clients', 'stg_billing__subscriptions'),
        key=['subscription_id', 'version'],
        client_column='client_id',
        priced_at='staged.started_at',
        amount='cast(staged.quantity as ' ~ type_double() ~ ') * staged.unit_price_amount'
            ~ " * case staged.billing_interval when 'day' then 365 when 'week' then 52"
            ~ " when 'month' then 12 when 'quarter' then 4 when 'half_year' then 2 else 1 end",
        disposition='delivery_disposition',
    ) | indent(4) }}
),

-- A delivery that overlaps must not displace the one it follows: judge all, then rank.
judged as (
    select
        *,
        delivery_disposition <> 'quarantined'
        and started_at >= coalesce(
            max(case when delivery_disposition = 'accepted' then started_at end) over (
                partition by subscription_id
                order by version, loaded_at, raw_row
                rows between unbounded preceding and 1 preceding
            ),
            started_at
        ) as is_in_order

    from deliveries
),

ranked as (
    select
        *,
        row_number() over (
            partition by case when is_in_order then 1 else 0 end, subscription_id, version
            order by loaded_at desc, raw_row desc
        ) as in_order_rank

    from judged
),

sequenced as (
    select
        *,
        min(case when delivery_disposition <> 'quarantined' then version end) over (
            partition by subscription_id
        ) as first_version,
        delivery_disposition <> 'quarantined' and (
            not is_in_order
            or in_order_rank = 1
            and started_at < coalesce(
                max(case when is_in_order and in_order_rank = 1 then started_at end) over (
                    partition by subscription_id
                    order by version, loaded_at, raw_row
                    rows between unbounded preceding and 1 preceding
                ),
                started_at
            )
        ) as overlaps_lower_version

    from ranked
),

-- Only what begins as cancelled was never paid for. A later version is a state that began then,
-- unless it says that the cancellation came after its start.
told as (
    select
        *,
        subscription_status = 'canceled'
        and coalesce(
            case when version = first_version then coalesce(ended_at, canceled_at)
                else canceled_at
            end > started_at,
            false
        ) as was_active

    from sequenced
),

final as (
    select
        subscription_id,
        version,
        version_text,
        client_id,
        plan_id,
        case when not was_active then subscription_status else 'active' end
            as subscription_status,
        currency_code,
        billing_interval,
        discount_duration,
        cancel_reason,
        quantity,
        unit_price_amount,
        billing_interval_count,
        discount_rate,
        is_voluntary_cancel,
        trial_ends_at,
        started_at,
        case when was_active then coalesce(ended_at, canceled_at) else ended_at end
            as ended_at,
        canceled_at,
        loaded_at,
        raw_row,
        canonical_client_id,
        exclusion_reason,
        case
            when overlaps_lower_version then 'overlapping_version:started_at'
            else rejection_reasons
        end as rejection_reasons,
        case
            when overlaps_lower_version or delivery_disposition = 'quarantined'
                then 'quarantined'
            when in_order_rank = 1 then 'accepted'
            else 'duplicate'
        end as disposition

    from told
)

select * from final
