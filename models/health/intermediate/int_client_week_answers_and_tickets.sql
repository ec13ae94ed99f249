-- Grain: one row per complete week and client that had answered a relational NPS or a CSAT
-- survey within sentiment_window_days, or opened a ticket within 12 weeks, as known then.

with

identities as (
    select * from {{ ref('active_clients', 'int_client_identity_weeks') }}
    where not is_internal
),

responses as (
    {{ known_rows(
        ref('active_clients', 'int_survey_responses_classified'), 'survey_responses'
    ) }}
),

tickets as (
    {{ known_rows(ref('active_clients', 'int_tickets_classified'), 'tickets') }}
),

known_facts as (
    select
        identities.week_index,
        identities.canonical_client_id as client_id,
        case
            when responses.survey_type = 'nps' and responses.survey_purpose = 'relational'
                then responses.score
        end as nps_score,
        case when responses.survey_type = 'csat' then responses.score end as csat_score,
        cast(null as integer) as ticket_age_days,
        cast(null as integer) as is_open

    from identities
    inner join responses
        on identities.client_id = responses.client_id
            and {{ is_known('responses', 'identities.snapshot_date') }}
            and identities.snapshot_date >= {{ reporting_date('responses.responded_at') }}
            and identities.snapshot_date < {{ add_days(
                reporting_date('responses.responded_at'), number_var('sentiment_window_days')
            ) }}

    union all

    select
        identities.week_index,
        identities.canonical_client_id as client_id,
        cast(null as integer) as nps_score,
        cast(null as integer) as csat_score,
        cast({{ dbt.datediff(
            reporting_date('tickets.opened_at'), 'identities.snapshot_date', 'day'
        ) }} as integer) as ticket_age_days,
        case
            when tickets.resolved_at is null
                or {{ reporting_date('tickets.resolved_at') }} > identities.snapshot_date
                then 1
            else 0
        end as is_open

    from identities
    inner join tickets
        on identities.client_id = tickets.client_id
            and {{ is_known('tickets', 'identities.snapshot_date') }}
            and identities.snapshot_date >= {{ reporting_date('tickets.opened_at') }}
            and identities.snapshot_date
            < {{ add_days(reporting_date('tickets.opened_at'), 84) }}
),

final as (
    select
        week_index,
        client_id,
        count(nps_score) as nps_response_count,
        cast(avg(cast(nps_score as decimal(18, 4))) as decimal(18, 4)) as nps_score,
        cast(avg(cast(csat_score as decimal(18, 4))) as decimal(18, 4)) as csat_score,
        sum(case when ticket_age_days < 28 then 1 else 0 end) as ticket_count,
        sum(case when ticket_age_days >= 28 then 1 else 0 end) as previous_ticket_count,
        coalesce(sum(is_open), 0) as open_ticket_count

    from known_facts

    group by week_index, client_id
)

select * from final
