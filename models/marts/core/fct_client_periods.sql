-- Grain: one row per counted client and month, from the month of its first day to that of
-- as_of_date, without gaps: activity, revenue and sentiment side by side.

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

active_spans as (
    select active_spans.*
    from {{ ref('int_client_active_spans') }} as active_spans
    inner join {{ ref('active_definitions') }} as definitions
        on active_spans.definition_id = definitions.definition_id
            and active_spans.window_days = definitions.window_days
    where definitions.definition_id = {{ default_definition() }}
),

joined as (
    select
        client_months.*,
        revenue.seat_count,
        revenue.contract_mrr_amount,
        revenue.billed_mrr_amount,
        revenue.mrr_amount,
        revenue.base_mrr_amount,
        revenue.incomparable_base_mrr_amount,
        revenue.net_retained_mrr_amount,
        coalesce(activity.active_user_count, 0) as active_user_count,
        coalesce(activity.active_day_count, 0) as active_day_count,
        coalesce(activity.event_count, 0) as event_count,
        coalesce(feedback.promoter_count, 0) as promoter_count,
        coalesce(feedback.detractor_count, 0) as detractor_count,
        coalesce(feedback.nps_response_count, 0) as nps_response_count,
        active_spans.client_id is not null as is_active,
        coalesce(lag(revenue.mrr_amount) over (
            partition by client_months.client_id
            order by client_months.period_month
        ), 0) > 0 as was_paying

    from client_months
    inner join revenue
        on client_months.client_id = revenue.client_id
            and client_months.period_month = revenue.period_month
    left join activity
        on client_months.client_id = activity.client_id
            and client_months.period_month = activity.period_month
    left join feedback
        on client_months.client_id = feedback.client_id
            and client_months.period_month = feedback.period_month
    left join active_spans
        on client_months.client_id = active_spans.client_id
            and client_months.period_end_date >= active_spans.active_from
            and client_months.period_end_date < active_spans.active_to
),

final as (
    select
        -- keys
        client_id,
        period_month,

        -- numerics
        {{ months_between('first_month', 'period_month') }} as tenure_months,
        cast(active_user_count as bigint) as active_user_count,
        cast(active_day_count as bigint) as active_day_count,
        cast(event_count as bigint) as event_count,
        cast(seat_count as decimal(18, 4)) as seat_count,
        cast(contract_mrr_amount as decimal(18, 4)) as contract_mrr_amount,
        cast(billed_mrr_amount as decimal(18, 4)) as billed_mrr_amount,
        cast(mrr_amount as decimal(18, 4)) as mrr_amount,
        cast(base_mrr_amount as decimal(18, 4)) as base_mrr_amount,
        cast(incomparable_base_mrr_amount as decimal(18, 4)) as incomparable_base_mrr_amount,
        cast(net_retained_mrr_amount as decimal(18, 4)) as net_retained_mrr_amount,
        cast(least(net_retained_mrr_amount, base_mrr_amount) as decimal(18, 4))
            as gross_retained_mrr_amount,
        cast(promoter_count as bigint) as promoter_count,
        cast(detractor_count as bigint) as detractor_count,
        cast(nps_response_count as bigint) as nps_response_count,

        -- booleans
        is_complete,
        is_active,
        mrr_amount > 0 as is_paying,
        was_paying,
        was_paying and mrr_amount = 0 as is_churned,

        -- dates
        period_end_date

    from joined
)

select * from final
