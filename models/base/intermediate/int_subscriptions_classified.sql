-- Grain: one row per delivered row of billing.subscriptions, with its disposition.
-- Beyond the rules of every table, a version must not start before a lower version.

with

deliveries as (
    {{ classify_rows(
        staged=ref('stg_billing__subscriptions'),
        key=['subscription_id', 'version'],
        client_column='client_id',
        priced_at='staged.started_at',
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

final as (
    select
        subscription_id,
        version,
        version_text,
        client_id,
        plan_id,
        subscription_status,
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
        ended_at,
        canceled_at,
        loaded_at,
        raw_row,
        canonical_client_id,
        exclusion_reason,
        case
            when overlaps_lower_version then 'overlapping_version'
            else rejection_reasons
        end as rejection_reasons,
        case
            when overlaps_lower_version or delivery_disposition = 'quarantined'
                then 'quarantined'
            when in_order_rank = 1 then 'accepted'
            else 'duplicate'
        end as disposition

    from sequenced
)

select * from final
