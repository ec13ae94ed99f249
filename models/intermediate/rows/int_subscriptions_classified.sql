-- Grain: one row per delivered row of billing.subscriptions, with its disposition.
-- Beyond the rules of every table, a version must not start before a lower version.

with

deliveries as (
    {{ classify_rows(
        staged=ref('stg_billing__subscriptions'),
        key=['subscription_id', 'version'],
        client_column='client_id',
        priced_at='started_at',
        disposition='delivery_disposition',
    ) | indent(4) }}
),

sequenced as (
    select
        *,
        coalesce(
            delivery_disposition = 'accepted'
            and started_at < max(started_at) over (
                partition by subscription_id, delivery_disposition
                order by version, loaded_at
                rows between unbounded preceding and 1 preceding
            ),
            false
        ) as overlaps_lower_version

    from deliveries
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
        case
            when overlaps_lower_version then 'overlapping_version'
            else rejection_reasons
        end as rejection_reasons,
        case
            when overlaps_lower_version then 'quarantined'
            else delivery_disposition
        end as disposition

    from sequenced
)

select * from final
