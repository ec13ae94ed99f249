-- Grain: one row per survey purpose, attribute and its value: the NPS of responses by what
-- support the client had within support_effect_days before, against that of responses
-- without any. It says what goes together, not what causes what.

{{ config(enabled=var('tickets_enabled')) }}

with

responses as (
    select * from {{ ref('active_clients', 'fct_survey_responses') }}
    where survey_type = 'nps'
),

tickets as (
    select * from {{ ref('active_clients', 'fct_tickets') }}
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
                'responses.responded_date', '-' ~ number_var('support_effect_days')
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

counts as (
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
),

scored as (
    select
        *,
        {{ is_suppressed('response_count') }} as is_suppressed,
        {{ nps('promoter_count', 'detractor_count', 'response_count') }} as nps,
        {{ nps_bound('promoter_count', 'detractor_count', 'response_count', 'lower') }}
            as nps_lower,
        {{ nps_bound('promoter_count', 'detractor_count', 'response_count', 'upper') }}
            as nps_upper,
        {{ nps_adjusted('promoter_count', 'detractor_count', 'response_count') }}
            as adjusted_nps,
        {{ nps_variance('promoter_count', 'detractor_count', 'response_count') }}
            as squared_error

    from counts
),

compared as (
    select
        scored.*,
        not scored.is_suppressed and not baseline.is_suppressed
        and scored.attribute_value <> 'none' as is_compared,
        scored.nps - baseline.nps as difference,
        scored.adjusted_nps - baseline.adjusted_nps as adjusted_difference,
        sqrt(scored.squared_error + baseline.squared_error) as standard_error

    from scored
    left join scored as baseline
        on scored.survey_purpose = baseline.survey_purpose
            and scored.attribute = baseline.attribute
            and baseline.attribute_value = 'none'
),

bounded as (
    select
        *,
        adjusted_difference - 1.959963984540054 * standard_error as lower_bound,
        adjusted_difference + 1.959963984540054 * standard_error as upper_bound

    from compared
),

final as (
    select
        survey_purpose,
        attribute,
        attribute_value,
        promoter_count,
        detractor_count,
        response_count,
        case when not is_suppressed then nps end as nps,
        case when not is_suppressed then nps_lower end as nps_lower,
        case when not is_suppressed then nps_upper end as nps_upper,
        case when is_compared then cast(difference as decimal(9, 4)) end as nps_difference,
        case when is_compared then cast(lower_bound as decimal(9, 4)) end
            as nps_difference_lower,
        case when is_compared then cast(upper_bound as decimal(9, 4)) end
            as nps_difference_upper,
        is_suppressed

    from bounded
)

select * from final
