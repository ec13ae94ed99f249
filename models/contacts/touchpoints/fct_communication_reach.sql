-- Grain: one row per educational topic (the seed touchpoint_topics) and month. Of the clients
-- that paid or were active at the month's end, those with an outbound touchpoint of the topic
-- in the month are reached; adopters use, in the month after, a feature for the first time.
-- The rates are null until that month has elapsed. What differs is not caused by it alone.

{{ config(enabled=var('touchpoints_enabled')) }}

with

client_months as (
    select
        client_id,
        period_month,
        {{ add_months('period_month', 1) }} as adoption_month

    from {{ ref('active_clients', 'int_current_client_months') }}

    where is_complete
),

contacts as (
    select
        client_id,
        topic,
        {{ month_start('occurred_date') }} as period_month

    from {{ ref('active_clients', 'fct_touchpoints') }}

    where is_education

    group by client_id, topic, {{ month_start('occurred_date') }}
),

first_uses as (
    select
        client_id,
        {{ month_start('first_used_date') }} as adoption_month,
        count(*) as feature_count

    from {{ ref('active_clients', 'int_client_features_used') }}

    group by client_id, {{ month_start('first_used_date') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

topics as (
    select distinct topic
    from contacts
),

counts as (
    select
        topics.topic,
        client_months.period_month,
        count(*) as client_count,
        sum(case when contacts.client_id is not null then 1 else 0 end) as reached_count,
        sum(case
            when contacts.client_id is not null and first_uses.client_id is not null then 1
            else 0
        end) as reached_adopter_count,
        sum(case when first_uses.client_id is not null then 1 else 0 end) as adopter_count

    from client_months
    cross join topics
    left join contacts
        on client_months.client_id = contacts.client_id
            and client_months.period_month = contacts.period_month
            and topics.topic = contacts.topic
    left join first_uses
        on client_months.client_id = first_uses.client_id
            and client_months.adoption_month = first_uses.adoption_month

    group by topics.topic, client_months.period_month
),

matured as (
    select
        counts.*,
        {{ month_end(add_months('counts.period_month', 1)) }} <= as_of.as_of_date as is_mature

    from counts
    cross join as_of
),

final as (
    select
        -- keys
        topic,

        -- numerics
        client_count,
        cast(reached_count as bigint) as reached_count,
        {{ rate('reached_count', 'client_count') }} as reach_rate,
        {{ wilson('reached_count', 'client_count', 'lower') }}
            as reach_rate_lower,
        {{ wilson('reached_count', 'client_count', 'upper') }}
            as reach_rate_upper,
        case when is_mature then cast(reached_adopter_count as bigint) end
            as reached_adopter_count,
        case when is_mature then cast(adopter_count - reached_adopter_count as bigint) end
            as unreached_adopter_count,

        -- booleans
        is_mature,

        -- dates
        period_month

    from matured
)

select * from final
