-- Grain: one row per complete week, client and measure that is known: the facts of the week,
-- long, so that rules, weights and coefficients can be rows.

{{ config(materialized='view') }}

{%- set baseline = number_var('usage_baseline_events_min') %}

with

facts as (
    select
        *,
        case
            when not is_paying then null
            when days_to_term_end is null then 0
            else 1
        end as has_term,
        {{ rate(
            'case when previous_event_count >= ' ~ baseline ~ ' then 3 * event_count end',
            'previous_event_count'
        ) }} as usage_ratio,
        {{ rate('active_user_count', 'seat_count') }} as active_user_rate,
        -- What its most active user did, when that one has fallen silent.
        case
            when previous_event_count < {{ baseline }} then null
            when top_user_event_count = 0 then top_user_previous_event_count
            else 0
        end as silent_champion_count,
        -- Where what it pays has no price in the reporting currency, all of it.
        case
            when not is_paying then null
            when has_given_notice then 1
            else coalesce({{ rate('notice_mrr_amount', 'known_mrr_amount') }}, 0)
        end as notice_mrr_share,
        ticket_count - previous_ticket_count / 2.0 as ticket_surge

    from {{ ref('active_clients', 'int_client_week_facts') }}
),

measured as (
    select
        *,
        {{ rate('silent_champion_count', 'previous_event_count') }} as silent_champion_share

    from facts
),

long_facts as (
    {%- for measure in [
        'tenure_days',
        'seat_count',
        'days_to_term_end',
        'has_term',
        'days_since_paying',
        'event_count',
        'active_user_count',
        'feature_count',
        'previous_event_count',
        'usage_ratio',
        'active_user_rate',
        'silent_champion_share',
        'nps_score',
        'csat_score',
        'ticket_count',
        'ticket_surge',
        'open_ticket_count',
        'payment_trouble_count',
        'days_since_contact',
        'notice_mrr_share',
    ] %}
    select
        week_index,
        client_id,
        is_paying,
        snapshot_date,
        '{{ measure }}' as measure,
        cast({{ measure }} as decimal(18, 6)) as measure_value

    from measured
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select * from long_facts
    where measure_value is not null
)

select * from final
