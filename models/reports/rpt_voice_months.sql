-- Grain: one row per month from that of the first client to that of as_of_date: what clients
-- said, how many answered, whether anyone replied, and how support did.

{%- set has_invitations = var('survey_invitations_enabled') %}
{%- set has_tickets = var('tickets_enabled') %}

with

months as (
    select distinct
        period_month,
        is_complete

    from {{ ref('active_clients', 'fct_client_months') }}
),

nps as (
    select * from {{ ref('active_clients', 'fct_nps') }}
    where unit_of_count = 'latest_per_respondent'
        and survey_purpose = 'relational'
        and attribute = 'all'
),

satisfaction as (
    select
        period_month,
        sum(case when survey_type = 'csat' then favourable_count else 0 end) as csat_favourable,
        sum(case when survey_type = 'csat' then response_count else 0 end) as csat_responses,
        sum(case when survey_type = 'ces' then favourable_count else 0 end) as ces_favourable,
        sum(case when survey_type = 'ces' then response_count else 0 end) as ces_responses

    from {{ ref('active_clients', 'fct_csat') }}

    where attribute = 'all'

    group by period_month
),

loops as (
    select
        {{ month_start('responded_date') }} as period_month,
        count(*) as unhappy_count,
        sum(case when is_acknowledged then 1 else 0 end) as acknowledged_count,
        sum(case when is_open then 1 else 0 end) as open_count

    from {{ ref('active_clients', 'fct_feedback_loop') }}

    group by {{ month_start('responded_date') }}
),

{%- if has_invitations %}

invitations as (
    select
        period_month,
        sum(delivered_count) as delivered_count,
        sum(answered_count) as answered_count,
        min(case when is_mature then 1 else 0 end) = 1 as is_mature

    from {{ ref('active_clients', 'fct_survey_response_rates') }}

    where attribute = 'all'

    group by period_month
),
{%- endif %}
{%- if has_tickets %}

backlog_days as (
    select
        {{ month_start('backlog_date') }} as period_month,
        backlog_date,
        sum(opened_count) as opened_count,
        sum(resolved_count) as resolved_count,
        sum(backlog_count) as backlog_count

    from {{ ref('active_clients', 'fct_ticket_backlog') }}

    group by backlog_date
),

backlog as (
    select
        period_month,
        max(backlog_date) as last_date,
        sum(opened_count) as opened_count,
        sum(resolved_count) as resolved_count

    from backlog_days

    group by period_month
),

tickets as (
    select
        {{ month_start('opened_date') }} as period_month,
        sum(case when is_first_response_due then 1 else 0 end) as due_count,
        sum(
            case when is_first_response_due and is_first_response_in_sla then 1 else 0 end
        ) as in_sla_count

    from {{ ref('active_clients', 'fct_tickets') }}

    group by {{ month_start('opened_date') }}
),
{%- endif %}

final as (
    select
        -- keys
        months.period_month,

        -- numerics
        cast(coalesce(nps.promoter_count, 0) as bigint) as promoter_count,
        cast(coalesce(nps.passive_count, 0) as bigint) as passive_count,
        cast(coalesce(nps.detractor_count, 0) as bigint) as detractor_count,
        cast(coalesce(nps.response_count, 0) as bigint) as nps_response_count,
        nps.nps,
        nps.nps_lower,
        nps.nps_upper,
        cast(coalesce(satisfaction.csat_responses, 0) as bigint) as csat_response_count,
        case when not {{ is_suppressed('satisfaction.csat_responses') }} then {{ rate(
            'satisfaction.csat_favourable', 'satisfaction.csat_responses'
        ) }} end as csat_rate,
        cast(coalesce(satisfaction.ces_responses, 0) as bigint) as ces_response_count,
        case when not {{ is_suppressed('satisfaction.ces_responses') }} then {{ rate(
            'satisfaction.ces_favourable', 'satisfaction.ces_responses'
        ) }} end as ces_rate,
        {%- if has_invitations %}
        cast(coalesce(invitations.delivered_count, 0) as bigint) as invitation_count,
        case when invitations.is_mature then {{ rate(
            'invitations.answered_count', 'invitations.delivered_count'
        ) }} end as survey_response_rate,
        {%- else %}
        cast(null as bigint) as invitation_count,
        cast(null as decimal(12, 6)) as survey_response_rate,
        {%- endif %}
        cast(coalesce(loops.unhappy_count, 0) as bigint) as unhappy_response_count,
        cast(coalesce(loops.acknowledged_count, 0) as bigint) as acknowledged_response_count,
        cast(coalesce(loops.open_count, 0) as bigint) as open_response_count,
        {%- if has_tickets %}
        cast(coalesce(backlog.opened_count, 0) as bigint) as opened_ticket_count,
        cast(coalesce(backlog.resolved_count, 0) as bigint) as resolved_ticket_count,
        cast(coalesce(backlog_days.backlog_count, 0) as bigint) as ticket_backlog_count,
        {{ rate('tickets.in_sla_count', 'tickets.due_count') }} as first_response_sla_rate,
        {%- else %}
        cast(null as bigint) as opened_ticket_count,
        cast(null as bigint) as resolved_ticket_count,
        cast(null as bigint) as ticket_backlog_count,
        cast(null as decimal(12, 6)) as first_response_sla_rate,
        {%- endif %}

        -- booleans
        months.is_complete

    from months
    left join nps
        on months.period_month = nps.period_month
    left join satisfaction
        on months.period_month = satisfaction.period_month
    left join loops
        on months.period_month = loops.period_month
    {%- if has_invitations %}
    left join invitations
        on months.period_month = invitations.period_month
    {%- endif %}
    {%- if has_tickets %}
    left join backlog
        on months.period_month = backlog.period_month
    left join backlog_days
        on backlog.last_date = backlog_days.backlog_date
    left join tickets
        on months.period_month = tickets.period_month
    {%- endif %}
)

select * from final
