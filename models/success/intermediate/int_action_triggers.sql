-- Grain: one row per client and open alert or fresh opportunity: what asks for an action.

with

alerts as (
    select * from {{ ref('fct_client_alerts') }}
    where is_open
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
    where is_fresh
),

final as (
    select
        'alert' as rule_type,
        alert_type as rule_name,
        client_id,
        cast(0 as decimal(18, 2)) as expected_value_amount,
        last_seen_date as snapshot_date

    from alerts

    union all

    select
        'opportunity' as rule_type,
        opportunity_kind as rule_name,
        client_id,
        expected_value_amount,
        snapshot_date

    from opportunities
)

select * from final
