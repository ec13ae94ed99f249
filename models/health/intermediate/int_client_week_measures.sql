-- Grain: one row per complete week, client and measure that is known: the features of the
-- week, long, so that rules, weights and coefficients can be rows.

{{ config(materialized='view') }}

{%- set baseline = number_var('usage_baseline_events_min', 1) %}
{%- set measures = {
    'tenure_days': 'tenure_days',
    'seat_count': 'seat_count',
    'days_to_term_end': 'days_to_term_end',
    'has_term': 'case when is_paying then case when days_to_term_end is null then 0 else 1 end'
        ~ ' end',
    'days_since_paying': 'days_since_paying',
    'event_count': 'event_count',
    'active_user_count': 'active_user_count',
    'feature_count': 'feature_count',
    'previous_event_count': 'previous_event_count',
    'usage_ratio': rate(
        'case when previous_event_count >= ' ~ baseline ~ ' then 3 * event_count end',
        'previous_event_count'
    ),
    'active_user_rate': rate('active_user_count', 'seat_count'),
    'silent_champion_share': rate(
        'case when previous_event_count < ' ~ baseline ~ ' then null'
        ~ ' when top_user_event_count = 0 then top_user_previous_event_count else 0 end',
        'previous_event_count'
    ),
    'nps_score': 'nps_score',
    'csat_score': 'csat_score',
    'ticket_count': 'ticket_count',
    'ticket_surge': 'ticket_count - previous_ticket_count / 2.0',
    'open_ticket_count': 'open_ticket_count',
    'payment_trouble_count': 'payment_trouble_count',
    'days_since_contact': 'days_since_contact',
} %}

with

features as (
    select * from {{ ref('int_client_week_facts') }}
),

long_features as (
    {%- for measure, value in measures.items() %}
    select
        week_index,
        client_id,
        is_paying,
        snapshot_date,
        '{{ measure }}' as measure,
        cast({{ value }} as decimal(18, 6)) as measure_value

    from features
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select * from long_features
    where measure_value is not null
)

select * from final
