-- Nobody subscribes to anything.
select
    cast(null as text) as subscription_id,
    cast(null as text) as version,
    cast(null as text) as client_id,
    cast(null as text) as plan_id,
    cast(null as text) as status,
    cast(null as text) as quantity,
    cast(null as text) as unit_price,
    cast(null as text) as currency_code,
    cast(null as text) as billing_interval,
    cast(null as text) as billing_interval_count,
    cast(null as text) as discount_rate,
    cast(null as text) as discount_duration,
    cast(null as text) as cancel_reason,
    cast(null as text) as is_voluntary_cancel,
    cast(null as text) as trial_ends_at,
    cast(null as text) as started_at,
    cast(null as text) as ended_at,
    cast(null as text) as canceled_at,
    cast(null as text) as loaded_at
where 1 = 0
