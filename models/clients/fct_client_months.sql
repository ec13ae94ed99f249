-- Grain: one row per counted client and month, from the month of its first day to that of
-- as_of_date, without gaps: activity, revenue, sentiment, support, health and stage side by
-- side.

with

client_months as (
    select * from {{ ref('int_client_months') }}
),

activity as (
    select * from {{ ref('int_client_month_activity') }}
),

revenue as (
    select * from {{ ref('int_client_month_mrr') }}
),

feedback as (
    select * from {{ ref('int_client_month_feedback') }}
),

support as (
    select * from {{ ref('int_client_month_support') }}
),

health as (
    select * from {{ ref('int_client_month_health') }}
),

stages as (
    select * from {{ ref('int_client_month_stages') }}
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
        {%- for amount in [
            'contract_mrr_amount', 'billed_mrr_amount', 'mrr_amount', 'base_mrr_amount',
            'incomparable_base_mrr_amount', 'net_retained_mrr_amount'
        ] %}
        cast(revenue.{{ amount }} as decimal(18, 4)) as {{ amount }},
        {%- endfor %}
        cast(
            least(revenue.net_retained_mrr_amount, revenue.base_mrr_amount) as decimal(18, 4)
        ) as gross_retained_mrr_amount,
        cast(coalesce(feedback.promoter_count, 0) as bigint) as promoter_count,
        cast(coalesce(feedback.detractor_count, 0) as bigint) as detractor_count,
        cast(coalesce(feedback.nps_response_count, 0) as bigint) as nps_response_count,
        {%- for count in [
            'opened_ticket_count', 'resolved_ticket_count', 'late_response_count'
        ] %}
        cast(
            {{ 'coalesce(support.' ~ count ~ ', 0)' if var('tickets_enabled') else 'null' }}
            as bigint
        ) as {{ count }},
        {%- endfor %}
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
