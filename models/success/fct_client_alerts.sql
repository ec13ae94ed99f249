-- Grain: one row per alert, client and first week of a run of weeks in which its rule held:
-- what was seen, when it was over, whether the client left within churn_horizon_days, and
-- whether such alerts are worth raising.

with

alerts as (
    select * from {{ ref('active_clients', 'int_client_alerts') }}
),

precisions as (
    select * from {{ ref('active_clients', 'fct_alert_precision') }}
),

final as (
    select
        -- keys
        alerts.client_id,
        alerts.alert_type,

        -- strings
        alerts.severity,
        alerts.evidence_measure,
        alerts.notice_reason,
        precisions.raise_reason,

        -- numerics
        alerts.first_evidence_value,
        alerts.last_evidence_value,
        cast(alerts.week_count as bigint) as week_count,
        alerts.mrr_amount,
        alerts.notice_mrr_amount,
        alerts.churned_count,
        alerts.lead_days,

        -- booleans
        alerts.is_open,
        precisions.is_raised,
        alerts.is_reconstructed,
        alerts.is_mature,
        alerts.is_judged,

        -- dates
        alerts.first_seen_date,
        alerts.last_seen_date,
        case when not alerts.is_open then {{ add_days('alerts.last_seen_date', 7) }} end
            as resolved_date,
        alerts.churned_date,
        alerts.notice_given_date,
        alerts.ends_date

    from alerts
    inner join precisions
        on alerts.alert_type = precisions.alert_type
)

select * from final
