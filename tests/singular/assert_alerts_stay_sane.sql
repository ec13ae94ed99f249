-- In no month are more than alerts_per_100_clients_max alerts raised per 100 paying clients;
-- months with fewer than 20 clients say nothing. More alerts than anyone reads: a warning.

{{ config(severity='warn') }}

with

alerts as (
    select
        {{ month_start('first_seen_date') }} as alert_month,
        count(*) as alert_count

    from {{ ref('active_clients', 'fct_client_alerts') }}

    where is_raised

    group by {{ month_start('first_seen_date') }}
),

clients as (
    select
        {{ month_start('snapshot_date') }} as client_month,
        count(distinct client_id) as client_count

    from {{ ref('active_clients', 'fct_client_health') }}

    group by {{ month_start('snapshot_date') }}
)

select
    alerts.alert_month,
    alerts.alert_count,
    clients.client_count

from alerts
inner join clients
    on alerts.alert_month = clients.client_month

where clients.client_count >= 20
    and 100 * alerts.alert_count
    > {{ number_var('alerts_per_100_clients_max') }} * clients.client_count
