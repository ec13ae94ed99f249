-- Grain: one row per counted client that pays or is active on as_of_date: when we were last
-- in touch with it, and whether that is longer ago than its tier allows.

{{ config(enabled=var('touchpoints_enabled')) }}

with

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
    where not is_internal
),

client_months as (
    select * from {{ ref('active_clients', 'int_current_client_months') }}
),

touchpoints as (
    select * from {{ ref('active_clients', 'fct_touchpoints') }}
),

cadences as (
    select * from {{ ref('active_clients', 'contact_cadences') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

current_clients as (
    select
        clients.client_id,
        clients.segment,
        clients.created_date,
        client_months.mrr_amount,
        as_of.as_of_date

    from clients
    inner join client_months
        on clients.client_id = client_months.client_id
    inner join as_of
        on client_months.period_end_date = as_of.as_of_date
),

contacts as (
    select
        touchpoints.client_id,
        max(touchpoints.occurred_date) as last_contact_date,
        max(case when touchpoints.is_outbound then touchpoints.occurred_date end)
            as last_outbound_date,
        max(case when not touchpoints.is_outbound then touchpoints.occurred_date end)
            as last_inbound_date,
        count(*) as touchpoint_count,
        count(distinct touchpoints.topic) as topic_count,
        sum(case
            when {{ add_days('touchpoints.occurred_date', 90) }} > as_of.as_of_date then 1
            else 0
        end) as recent_touchpoint_count

    from touchpoints
    cross join as_of

    group by touchpoints.client_id
),

watched as (
    select
        current_clients.*,
        contacts.last_contact_date,
        contacts.last_outbound_date,
        contacts.last_inbound_date,
        coalesce(contacts.touchpoint_count, 0) as touchpoint_count,
        coalesce(contacts.recent_touchpoint_count, 0) as recent_touchpoint_count,
        coalesce(contacts.topic_count, 0) as topic_count,
        coalesce(contacts.last_contact_date, current_clients.created_date) as quiet_from,
        coalesce(named_cadences.max_silence_days, other_cadences.max_silence_days)
            as max_silence_days

    from current_clients
    left join contacts
        on current_clients.client_id = contacts.client_id
    left join cadences as named_cadences
        on current_clients.segment = named_cadences.segment
    left join cadences as other_cadences
        on other_cadences.segment = '*'
),

measured as (
    select
        *,
        {{ dbt.datediff('quiet_from', 'as_of_date', 'day') }}
            as silent_days

    from watched
),

final as (
    select
        client_id,
        segment,
        cast(touchpoint_count as bigint) as touchpoint_count,
        cast(recent_touchpoint_count as bigint) as recent_touchpoint_count,
        cast(topic_count as bigint) as topic_count,
        cast(silent_days as bigint) as silent_days,
        cast(max_silence_days as bigint) as max_silence_days,
        mrr_amount,
        last_contact_date is not null as has_contact,
        coalesce(silent_days > max_silence_days, false) as is_silent,
        last_contact_date,
        last_outbound_date,
        last_inbound_date,
        as_of_date

    from measured
)

select * from final
