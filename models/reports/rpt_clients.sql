-- Grain: one row per counted client that is there on as_of_date: who it is, how it is doing
-- and what to do next; health, risk and actions are those of the last complete week.

with

clients as (
    select * from {{ ref('active_clients', 'dim_clients') }}
    where not is_internal
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

client_months as (
    select
        *,
        lag(mrr_amount, 3) over (
            partition by client_id
            order by period_month
        ) as earlier_mrr_amount

    from {{ ref('active_clients', 'fct_client_months') }}
),

months as (
    select client_months.*
    from client_months
    inner join as_of
        on client_months.period_month = {{ month_start('as_of.as_of_date') }}
),

actives as (
    select
        client_actives.client_id,
        max(case
            when client_actives.daily_active_user_count > 0 then client_actives.activity_date
        end) as last_active_date,
        sum(case
            when client_actives.activity_date = as_of.as_of_date
                then client_actives.monthly_active_user_count
            else 0
        end) as user_count

    from {{ ref('active_clients', 'fct_client_actives_daily') }} as client_actives
    cross join as_of

    group by client_actives.client_id
),

engagement as (
    select
        client_id,
        engagement_trend,
        row_number() over (partition by client_id order by week_start_date desc) as week_rank

    from {{ ref('active_clients', 'fct_client_engagement') }}

    where definition_id = {{ default_definition() }}
),

health as (
    select * from {{ ref('active_clients', 'fct_client_health') }}
    where is_latest
),

risks as (
    select * from {{ ref('active_clients', 'fct_client_churn_risk') }}
    where is_latest
),

renewals as (
    select
        client_id,
        min(term_end_date) as next_renewal_date

    from {{ ref('active_clients', 'fct_renewals') }}

    where term_outcome = 'open' and is_contract_term and not is_cancellation_scheduled

    group by client_id
),

losses as (
    select
        client_id,
        max(case when is_churn then ends_date end) as leaves_date,
        sum(lost_mrr_amount) as mrr_amount

    from {{ ref('active_clients', 'fct_contracted_losses') }}

    group by client_id
),

answers as (
    select
        client_id,
        score,
        responded_date,
        row_number() over (
            partition by client_id
            order by responded_at desc, response_id asc
        ) as answer_rank

    from {{ ref('active_clients', 'fct_survey_responses') }}

    where survey_type = 'nps' and survey_purpose = 'relational'
),

{%- if var('tickets_enabled') %}

tickets as (
    select
        client_id,
        count(*) as open_count

    from {{ ref('active_clients', 'fct_tickets') }}

    where not is_resolved

    group by client_id
),
{%- endif %}

actions as (
    select
        client_id,
        action_status,
        case when action_status = 'due' then action end as next_action,
        case when action_status = 'due' then reason_name end as next_action_reason,
        row_number() over (
            partition by client_id
            order by coalesce(action_rank, 999999), action
        ) as shown_rank

    from {{ ref('active_clients', 'fct_next_best_actions') }}
),

client_values as (
    select * from {{ ref('active_clients', 'fct_client_lifetime_value') }}
),

final as (
    select
        -- keys
        clients.client_id,

        -- strings
        clients.client_name,
        clients.owner_id,
        clients.segment,
        clients.industry,
        clients.country_code,
        clients.acquisition_channel,
        clients.entitled_plan_id as entitled_plan,
        clients.paid_plan_id as paid_plan,
        {{ plain_words('months.lifecycle_status') }} as lifecycle_status,
        engagement.engagement_trend,
        nullif(health.health_band, 'unknown') as health_band,
        {{ plain_words('health.first_reason') }} as health_reason,
        {{ plain_words('risks.first_driver') }} as risk_reason,
        {{ plain_words('actions.next_action') }} as next_action,
        {{ plain_words('actions.next_action_reason') }} as next_action_reason,
        case
            when actions.action_status = 'due' then null
            when actions.action_status = 'cooling_down' then 'in touch about it lately'
            when actions.action_status = 'contradicted' then 'nothing to sell while at risk'
            when not months.is_paying then 'does not pay'
            else 'no alert or opportunity'
        end as no_action_reason,
        {{ plain_words('client_values.clv_tier') }} as clv_tier,

        -- numerics
        months.mrr_amount,
        cast(months.mrr_amount - coalesce(months.earlier_mrr_amount, 0) as decimal(18, 4))
            as mrr_change_amount,
        cast(case
            when count(actives.client_id) over () > 0 then coalesce(actives.user_count, 0)
        end as bigint) as active_user_count,
        health.health_score,
        health.score_change as health_score_change,
        risks.churn_probability,
        risks.at_risk_mrr_amount,
        cast(coalesce(losses.mrr_amount, 0) as decimal(18, 4)) as notice_mrr_amount,
        answers.score as nps_score,
        {%- set open_count = 'coalesce(tickets.open_count, 0)' %}
        cast({{ open_count if var('tickets_enabled') else 'null' }} as bigint)
            as open_ticket_count,
        client_values.historical_clv_amount,
        client_values.residual_clv_amount,

        -- booleans
        months.is_active,
        months.is_paying,
        losses.client_id is not null as has_given_notice,

        -- dates
        clients.created_date,
        actives.last_active_date,
        renewals.next_renewal_date,
        losses.leaves_date,
        answers.responded_date as nps_date,
        as_of.as_of_date

    from clients
    cross join as_of
    inner join months
        on clients.client_id = months.client_id
    left join actives
        on clients.client_id = actives.client_id
    left join engagement
        on clients.client_id = engagement.client_id and engagement.week_rank = 1
    left join health
        on clients.client_id = health.client_id
    left join risks
        on clients.client_id = risks.client_id
    left join renewals
        on clients.client_id = renewals.client_id
    left join losses
        on clients.client_id = losses.client_id
    left join answers
        on clients.client_id = answers.client_id and answers.answer_rank = 1
    {%- if var('tickets_enabled') %}
    left join tickets
        on clients.client_id = tickets.client_id
    {%- endif %}
    left join actions
        on clients.client_id = actions.client_id and actions.shown_rank = 1
    left join client_values
        on clients.client_id = client_values.client_id
)

select * from final
