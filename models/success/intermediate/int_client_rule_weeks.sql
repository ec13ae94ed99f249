-- Grain: one row per rule, client and complete week in which all conditions of the rule held,
-- with the measure of the first condition as evidence. A health score that enough outcomes
-- have shown to be no better than chance is no measure: rules that ask for it do not hold.

with

rules as (
    select * from {{ ref('active_clients', 'client_rules') }}
),

credits as (
    select
        max(case
            when is_sufficient and not is_better_than_chance then 1 else 0
        end) as useless_count

    from {{ ref('active_clients', 'fct_health_backtest') }}

    where score_name = 'health_score' and origin = 'all'
),

health as (
    select health.*
    from {{ ref('active_clients', 'fct_client_health') }} as health
    cross join credits
    where coalesce(credits.useless_count, 0) = 0
),

week_measures as (
    select * from {{ ref('active_clients', 'int_client_week_measures') }}
),

snapshots as (
    select distinct
        week_index,
        snapshot_date

    from {{ ref('active_clients', 'int_client_identity_weeks') }}
),

-- To rules the score of a client is one more measure.
measures as (
    select
        client_id,
        snapshot_date,
        measure,
        measure_value

    from week_measures

    union all

    select
        client_id,
        snapshot_date,
        'health_score' as measure,
        cast(health_score as decimal(18, 6)) as measure_value

    from health

    where health_score is not null

    union all

    select
        client_id,
        snapshot_date,
        'score_change' as measure,
        cast(score_change as decimal(18, 6)) as measure_value

    from health

    where score_change is not null
),

condition_counts as (
    select
        rule_type,
        rule_name,
        count(*) as condition_count

    from rules

    group by rule_type, rule_name
),

met_rules as (
    select
        rules.rule_type,
        rules.rule_name,
        measures.client_id,
        measures.snapshot_date,
        count(*) as met_count,
        max(case when rules.condition_number = 1 then rules.measure end) as evidence_measure,
        max(case when rules.condition_number = 1 then measures.measure_value end)
            as evidence_value

    from rules
    inner join measures
        on rules.measure = measures.measure
            and coalesce(rules.value_min, measures.measure_value) <= measures.measure_value
            and coalesce(rules.value_max, measures.measure_value) >= measures.measure_value

    group by rules.rule_type, rules.rule_name, measures.client_id, measures.snapshot_date
),

final as (
    select
        met_rules.rule_type,
        met_rules.rule_name,
        met_rules.client_id,
        snapshots.week_index,
        met_rules.evidence_measure,
        met_rules.evidence_value,
        met_rules.snapshot_date

    from met_rules
    inner join condition_counts
        on met_rules.rule_type = condition_counts.rule_type
            and met_rules.rule_name = condition_counts.rule_name
            and met_rules.met_count = condition_counts.condition_count
    inner join snapshots
        on met_rules.snapshot_date = snapshots.snapshot_date
)

select * from final
