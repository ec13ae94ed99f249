-- Grain: one row per survey purpose, attribute and its value: NPS responses by the support
-- that the client had within support_effect_days before.

{{ config(enabled=var('tickets_enabled')) }}

with

responses as (
    select * from {{ ref('fct_survey_responses') }}
    where survey_type = 'nps'
),

tickets as (
    select * from {{ ref('fct_tickets') }}
),

experienced as (
    select
        responses.response_id,
        responses.survey_purpose,
        responses.nps_group,
        count(tickets.ticket_id) as ticket_count,
        sum(case
            when tickets.is_first_response_due and not tickets.is_first_response_in_sla then 1
            else 0
        end) as late_ticket_count

    from responses
    left join tickets
        on responses.client_id = tickets.client_id
            and responses.responded_at > tickets.opened_at
            and {{ add_days(
                'responses.responded_date', '-' ~ number_var('support_effect_days', 1)
            ) }} <= tickets.opened_date

    group by responses.response_id, responses.survey_purpose, responses.nps_group
),

values_of_attributes as (
    select
        experienced.*,
        'tickets' as attribute,
        case
            when experienced.ticket_count = 0 then 'none'
            when experienced.ticket_count = 1 then 'one'
            else 'several'
        end as attribute_value

    from experienced

    union all

    select
        experienced.*,
        'first_response' as attribute,
        case
            when experienced.ticket_count = 0 then 'none'
            when experienced.late_ticket_count = 0 then 'in_sla'
            else 'late'
        end as attribute_value

    from experienced
),

final as (
    select
        survey_purpose,
        attribute,
        attribute_value,
        cast(sum(case when nps_group = 'promoter' then 1 else 0 end) as bigint)
            as promoter_count,
        cast(sum(case when nps_group = 'detractor' then 1 else 0 end) as bigint)
            as detractor_count,
        count(*) as response_count

    from values_of_attributes

    group by survey_purpose, attribute, attribute_value
)

select * from final
