-- Grain: one row per delivery of a subscription's version that was ever accepted, and what it
-- told, with the days [known_from, known_to) on which that was known. One of the first load
-- told of its end only when it was cancelled or, where that is not said, when it ended.

with

versions as (
    {{ known_rows(
        ref('int_subscriptions_classified'), 'subscriptions', key=['subscription_id', 'version']
    ) }}
),

ends as (
    select
        *,
        case when is_history then {{ reporting_date('coalesce(canceled_at, ended_at)') }} end
            as end_date

    from versions
),

dated as (
    select
        *,
        {{ earlier('end_date', reporting_date('loaded_at')) }} as end_known_from

    from ends

    where end_date is not null

    union all

    select
        *,
        known_from as end_known_from

    from ends

    where end_date is null
),

final as (
    select
        subscription_id,
        version,
        client_id,
        canonical_client_id,
        exclusion_reason,
        plan_id,
        subscription_status,
        currency_code,
        billing_interval,
        discount_duration,
        quantity,
        unit_price_amount,
        billing_interval_count,
        discount_rate,
        trial_ends_at,
        started_at,
        cast(null as {{ type_utc() }}) as ended_at,
        cast(null as {{ type_utc() }}) as canceled_at,
        known_from,
        {{ earlier('end_known_from', 'known_to') }} as known_to

    from dated

    where end_known_from > known_from

    union all

    select
        subscription_id,
        version,
        client_id,
        canonical_client_id,
        exclusion_reason,
        plan_id,
        subscription_status,
        currency_code,
        billing_interval,
        discount_duration,
        quantity,
        unit_price_amount,
        billing_interval_count,
        discount_rate,
        trial_ends_at,
        started_at,
        ended_at,
        canceled_at,
        case when end_known_from > known_from then end_known_from else known_from end
            as known_from,
        known_to

    from dated
)

select * from final
