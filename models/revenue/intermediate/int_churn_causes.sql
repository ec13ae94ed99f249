-- Grain: one row per client and day on which subscriptions of it stopped to recur: the cause
-- that says most, of the version that ended or of the one that then began.

with

versions as (
    select * from {{ ref('active_clients', 'int_subscription_versions') }}
),

causes as (
    select
        client_id,
        valid_to as churn_date,
        subscription_id,
        version,
        subscription_status,
        cancel_reason,
        is_voluntary_cancel

    from versions

    -- Without a day of grace, what is past due recurs on no day and still ends something.
    where (is_recurring and valid_to < {{ never() }})
        or (subscription_status = 'past_due' and valid_to = valid_from)

    union all

    select
        client_id,
        valid_from as churn_date,
        subscription_id,
        version,
        subscription_status,
        cancel_reason,
        is_voluntary_cancel

    from versions

    where not has_recurring_status
),

ranked as (
    select
        *,
        row_number() over (
            partition by client_id, churn_date
            order by
                case when cancel_reason is null then 1 else 0 end asc,
                case when is_voluntary_cancel is null then 1 else 0 end asc,
                case
                    when subscription_status = 'paused' then 0
                    when subscription_status = 'past_due' then 1
                    else 2
                end asc,
                subscription_id asc,
                version desc
        ) as place

    from causes
),

final as (
    select
        client_id,
        case
            when is_voluntary_cancel then 'voluntary'
            when not is_voluntary_cancel then 'involuntary'
            when subscription_status = 'paused' then 'paused'
            when subscription_status = 'past_due' then 'involuntary'
            else 'unknown'
        end as churn_type,
        cancel_reason,
        churn_date

    from ranked

    where place = 1
)

select * from final
