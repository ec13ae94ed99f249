-- Grain: one row per delivery of a subscription's version that was ever accepted, and what it
-- told, with the days [known_from, known_to) on which that was known. One of the first load
-- told of its end only when it was cancelled or, where that is not said, when it ended.

with

versions as (
    {{ known_rows(
        ref('active_clients', 'int_subscriptions_classified'), 'subscriptions',
        key=['subscription_id', 'version']
    ) }}
),

-- The day on which the end became known, where that is later than the rest.
ends as (
    select
        *,
        case
            when is_history
                and {{ reporting_date('coalesce(canceled_at, ended_at)') }} > known_from
                then least(
                        {{ reporting_date('coalesce(canceled_at, ended_at)') }},
                        {{ reporting_date('loaded_at') }}
                    )
        end as end_known_from

    from versions
),

steps as (
    select true as tells_of_end
    union all
    select false as tells_of_end
),

final as (
    select
        ends.subscription_id,
        ends.version,
        ends.client_id,
        ends.canonical_client_id,
        ends.exclusion_reason,
        ends.plan_id,
        ends.subscription_status,
        ends.currency_code,
        ends.billing_interval,
        ends.discount_duration,
        ends.quantity,
        ends.unit_price_amount,
        ends.billing_interval_count,
        ends.discount_rate,
        ends.trial_ends_at,
        ends.started_at,
        case when steps.tells_of_end then ends.cancel_reason end as cancel_reason,
        case when steps.tells_of_end then ends.ended_at end as ended_at,
        case when steps.tells_of_end then ends.canceled_at end as canceled_at,
        case
            when steps.tells_of_end then coalesce(ends.end_known_from, ends.known_from)
            else ends.known_from
        end as known_from,
        case
            when steps.tells_of_end then ends.known_to
            else {{ earlier('ends.end_known_from', 'ends.known_to') }}
        end as known_to

    from ends
    cross join steps

    where steps.tells_of_end
        or ends.end_known_from is not null
)

select * from final
