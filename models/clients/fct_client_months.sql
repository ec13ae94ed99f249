-- Grain: one row per counted client and month, from the month of its first day to that of
-- as_of_date, without gaps: activity, revenue, sentiment, support, health and stage side by
-- side.

with

client_months as (
    select * from {{ ref('active_clients', 'int_client_months') }}
),

revenue as (
    select * from {{ ref('active_clients', 'int_client_month_mrr') }}
),

stages as (
    select * from {{ ref('active_clients', 'int_client_month_stages') }}
),

support as (
    select * from {{ ref('active_clients', 'int_client_month_support') }}
),

user_activity as (
    select * from {{ ref('active_clients', 'fct_user_activity_daily') }}
    where definition_id = {{ default_definition() }}
),

responses as (
    select * from {{ ref('active_clients', 'fct_survey_responses') }}
    where survey_type = 'nps'
        and survey_purpose = 'relational'
),

client_health as (
    select * from {{ ref('active_clients', 'fct_client_health') }}
),

week_ends as (
    select * from {{ ref('active_clients', 'int_date_periods') }}
    where period_grain = 'week' and date_day = period_end_date
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

activity as (
    select
        client_id,
        {{ month_start('activity_date') }} as period_month,
        count(distinct user_id) as active_user_count,
        count(distinct activity_date) as active_day_count,
        sum(event_count) as event_count

    from user_activity

    group by client_id, {{ month_start('activity_date') }}
),

feedback as (
    select
        client_id,
        {{ month_start('responded_date') }} as period_month,
        sum(case when nps_group = 'promoter' then 1 else 0 end) as promoter_count,
        sum(case when nps_group = 'detractor' then 1 else 0 end) as detractor_count,
        count(*) as nps_response_count

    from responses

    group by client_id, {{ month_start('responded_date') }}
),

last_weeks as (
    select
        {{ month_start('week_ends.date_day') }} as period_month,
        max(week_ends.date_day) as snapshot_date

    from week_ends
    inner join as_of
        on week_ends.date_day <= as_of.as_of_date

    group by {{ month_start('week_ends.date_day') }}
),

-- Health at the end of the month's last complete week, of those that paid then.
health as (
    select
        client_health.client_id,
        last_weeks.period_month,
        client_health.health_band,
        client_health.health_score

    from client_health
    inner join last_weeks
        on client_health.snapshot_date = last_weeks.snapshot_date
),

final as (
    select
        -- keys
        client_months.client_id,
        client_months.period_month,

        -- strings
        {{ default_definition() }} as definition_id,
        stages.lifecycle_status,
        health.health_band,

        -- numerics
        {{ months_between('client_months.first_month', 'client_months.period_month') }}
            as tenure_months,
        cast(coalesce(activity.active_user_count, 0) as bigint) as active_user_count,
        cast(coalesce(activity.active_day_count, 0) as bigint) as active_day_count,
        cast(coalesce(activity.event_count, 0) as bigint) as event_count,
        cast(revenue.seat_count as decimal(18, 4)) as seat_count,
        cast(revenue.contract_mrr_amount as decimal(18, 4)) as contract_mrr_amount,
        cast(revenue.billed_mrr_amount as decimal(18, 4)) as billed_mrr_amount,
        cast(revenue.mrr_amount as decimal(18, 4)) as mrr_amount,
        cast(revenue.base_mrr_amount as decimal(18, 4)) as base_mrr_amount,
        cast(revenue.incomparable_base_mrr_amount as decimal(18, 4))
            as incomparable_base_mrr_amount,
        cast(revenue.net_retained_mrr_amount as decimal(18, 4)) as net_retained_mrr_amount,
        cast(
            least(revenue.net_retained_mrr_amount, revenue.base_mrr_amount) as decimal(18, 4)
        ) as gross_retained_mrr_amount,
        cast(coalesce(feedback.promoter_count, 0) as bigint) as promoter_count,
        cast(coalesce(feedback.detractor_count, 0) as bigint) as detractor_count,
        cast(coalesce(feedback.nps_response_count, 0) as bigint) as nps_response_count,
        {%- if var('tickets_enabled') %}
        cast(coalesce(support.opened_ticket_count, 0) as bigint) as opened_ticket_count,
        cast(coalesce(support.resolved_ticket_count, 0) as bigint) as resolved_ticket_count,
        cast(coalesce(support.late_response_count, 0) as bigint) as late_response_count,
        {%- else %}
        cast(null as bigint) as opened_ticket_count,
        cast(null as bigint) as resolved_ticket_count,
        cast(null as bigint) as late_response_count,
        {%- endif %}
        health.health_score,

        -- booleans
        client_months.is_complete,
        stages.is_active,
        revenue.mrr_amount > 0 as is_paying,
        revenue.previous_mrr_amount > 0 as was_paying,
        revenue.previous_mrr_amount > 0 and revenue.mrr_amount = 0 as is_churned,

        -- dates
        client_months.period_end_date

    from client_months
    inner join revenue
        on client_months.client_id = revenue.client_id
            and client_months.period_month = revenue.period_month
    inner join stages
        on client_months.client_id = stages.client_id
            and client_months.period_month = stages.period_month
    left join activity
        on client_months.client_id = activity.client_id
            and client_months.period_month = activity.period_month
    left join feedback
        on client_months.client_id = feedback.client_id
            and client_months.period_month = feedback.period_month
    left join support
        on client_months.client_id = support.client_id
            and client_months.period_month = support.period_month
    left join health
        on client_months.client_id = health.client_id
            and client_months.period_month = health.period_month
)

select * from final
