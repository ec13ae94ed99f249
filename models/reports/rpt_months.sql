-- Grain: one row per month from that of the first client to that of as_of_date: the headline
-- numbers side by side, each as its own metric says it. Stocks are those of the last day.

with

client_months as (
    select * from {{ ref('active_clients', 'fct_client_months') }}
),

openings as (
    select * from {{ ref('active_clients', 'fct_client_openings') }}
    where period_grain = 'month'
),

movements as (
    select * from {{ ref('active_clients', 'fct_mrr_movements') }}
),

retention as (
    select * from {{ ref('active_clients', 'fct_revenue_retention') }}
    where retention_type = 'all_clients'
        and reactivation_policy = 'counted'
        and period_number = 12
        and is_mature
),

actives as (
    select * from {{ ref('active_clients', 'rpt_actives') }}
),

lifecycle as (
    select * from {{ ref('active_clients', 'fct_lifecycle_counts') }}
    where definition_id = {{ default_definition() }}
        and entity_type = 'client'
        and period_grain = 'month'
),

voice as (
    select * from {{ ref('active_clients', 'rpt_voice_months') }}
),

risks as (
    select
        *,
        {{ month_start('snapshot_date') }} as period_month,
        max(snapshot_date) over (
            partition by {{ month_start('snapshot_date') }}
        ) as last_snapshot_date

    from {{ ref('active_clients', 'fct_client_churn_risk') }}
),

stocks as (
    select
        period_month,
        period_end_date,
        is_complete,
        sum(mrr_amount) as mrr_amount,
        sum(case when is_paying then 1 else 0 end) as paying_count,
        sum(case when is_paying and health_band <> 'unknown' then 1 else 0 end) as banded_count,
        sum(case when is_paying and health_band = 'red' then 1 else 0 end) as red_count,
        sum(case when is_paying and health_band = 'yellow' then 1 else 0 end) as yellow_count,
        sum(case when is_paying and health_band = 'green' then 1 else 0 end) as green_count

    from client_months

    group by period_month, period_end_date, is_complete
),

opened as (
    select
        period_start_date as period_month,
        count(*) as client_count,
        sum(case when is_churned then 1 else 0 end) as churned_count,
        sum(opening_mrr_amount) as mrr_amount

    from openings

    group by period_start_date
),

moved as (
    select
        {{ month_start('movement_date') }} as period_month,
        sum(case when movement_type = 'new' then mrr_change_amount else 0 end)
            as new_amount,
        sum(case when movement_type = 'reactivation' then mrr_change_amount else 0 end)
            as reactivation_amount,
        sum(case when movement_type = 'expansion' then mrr_change_amount else 0 end)
            as expansion_amount,
        sum(case when movement_type = 'contraction' then mrr_change_amount else 0 end)
            as contraction_amount,
        sum(case when movement_type = 'churn' then mrr_change_amount else 0 end)
            as churned_amount,
        sum(case when movement_type = 'fx' then mrr_change_amount else 0 end)
            as fx_amount

    from movements

    group by {{ month_start('movement_date') }}
),

at_risk as (
    select
        period_month,
        sum(at_risk_mrr_amount) as mrr_amount

    from risks

    where snapshot_date = last_snapshot_date

    group by period_month
),

final as (
    select
        -- keys
        stocks.period_month,

        -- numerics
        actives.monthly_active_client_count as active_client_count,
        actives.monthly_active_user_count as active_user_count,
        actives.user_stickiness_rate,
        lifecycle.new_count as new_active_client_count,
        lifecycle.retained_count as retained_active_client_count,
        lifecycle.resurrected_count as resurrected_client_count,
        lifecycle.dormant_count as dormant_client_count,
        cast(stocks.paying_count as bigint) as paying_client_count,
        cast(coalesce(opened.client_count, 0) as bigint) as opening_client_count,
        cast(coalesce(opened.churned_count, 0) as bigint) as churned_client_count,
        case when stocks.is_complete then {{ rate(
            'opened.churned_count', 'opened.client_count'
        ) }} end as logo_churn_rate,
        cast(coalesce(opened.mrr_amount, 0) as decimal(24, 4)) as opening_mrr_amount,
        cast(coalesce(moved.new_amount, 0) as decimal(24, 4)) as new_mrr_amount,
        cast(coalesce(moved.reactivation_amount, 0) as decimal(24, 4))
            as reactivation_mrr_amount,
        cast(coalesce(moved.expansion_amount, 0) as decimal(24, 4)) as expansion_mrr_amount,
        cast(coalesce(moved.contraction_amount, 0) as decimal(24, 4))
            as contraction_mrr_amount,
        cast(coalesce(moved.churned_amount, 0) as decimal(24, 4)) as churned_mrr_amount,
        cast(coalesce(moved.fx_amount, 0) as decimal(24, 4)) as fx_mrr_amount,
        cast(stocks.mrr_amount as decimal(24, 4)) as closing_mrr_amount,
        cast(12 * cast(stocks.mrr_amount as decimal(24, 4)) as decimal(24, 4)) as arr_amount,
        {{ amount_per('stocks.mrr_amount', 'stocks.paying_count') }} as arpa_amount,
        retention.net_retention_rate,
        retention.net_retention_rate_lower,
        retention.net_retention_rate_upper,
        retention.gross_retention_rate,
        retention.gross_retention_rate_lower,
        retention.gross_retention_rate_upper,
        cast(at_risk.mrr_amount as decimal(24, 4)) as at_risk_mrr_amount,
        cast(case when stocks.banded_count > 0 then stocks.red_count end as bigint)
            as red_client_count,
        cast(case when stocks.banded_count > 0 then stocks.yellow_count end as bigint)
            as yellow_client_count,
        cast(case when stocks.banded_count > 0 then stocks.green_count end as bigint)
            as green_client_count,
        voice.nps,
        voice.nps_lower,
        voice.nps_upper,
        voice.nps_response_count,
        voice.csat_rate,
        voice.csat_response_count,
        voice.survey_response_rate,
        voice.opened_ticket_count,
        voice.resolved_ticket_count,
        voice.ticket_backlog_count,
        voice.first_response_sla_rate,

        -- booleans
        stocks.is_complete,

        -- dates
        stocks.period_end_date

    from stocks
    inner join voice
        on stocks.period_month = voice.period_month
    left join opened
        on stocks.period_month = opened.period_month
    left join moved
        on stocks.period_month = moved.period_month
    left join retention
        on stocks.period_month = retention.period_month
    left join actives
        on stocks.period_end_date = actives.activity_date
    left join lifecycle
        on stocks.period_month = lifecycle.period_start_date
    left join at_risk
        on stocks.period_month = at_risk.period_month
)

select * from final
