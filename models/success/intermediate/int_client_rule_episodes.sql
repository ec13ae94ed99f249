-- Grain: one row per rule, client and run of weeks in which the rule held. Weeks up to
-- episode_gap_weeks apart are one run, so that a rule that flickers is told once.

{%- set rule = 'partition by rule_type, rule_name, client_id' %}

with

rule_weeks as (
    select * from {{ ref('active_clients', 'int_client_rule_weeks') }}
),

last_snapshot as (
    select max(snapshot_date) as last_snapshot_date
    from {{ ref('active_clients', 'int_client_identity_weeks') }}
),

snapshots as (
    select distinct
        snapshot_date,
        is_reconstructed

    from {{ ref('active_clients', 'int_client_identity_weeks') }}
),

stepped as (
    select
        *,
        case
            when week_index - lag(week_index) over ({{ rule }} order by week_index)
                <= {{ number_var('episode_gap_weeks') }}
                then 0
            else 1
        end as is_start

    from rule_weeks
),

numbered as (
    select
        *,
        sum(is_start) over (
            {{ rule }} order by week_index
            rows between unbounded preceding and current row
        ) as episode_number

    from stepped
),

placed as (
    select
        *,
        row_number() over (
            {{ rule }}, episode_number order by week_index desc
        ) as recency

    from numbered
),

episodes as (
    select
        placed.rule_type,
        placed.rule_name,
        placed.client_id,
        max(placed.evidence_measure) as evidence_measure,
        max(case when placed.is_start = 1 then placed.evidence_value end)
            as first_evidence_value,
        max(case when placed.recency = 1 then placed.evidence_value end)
            as last_evidence_value,
        count(*) as week_count,
        max(placed.snapshot_date) = max(last_snapshot.last_snapshot_date) as is_open,
        min(placed.snapshot_date) as first_seen_date,
        max(placed.snapshot_date) as last_seen_date

    from placed
    cross join last_snapshot

    group by
        placed.rule_type, placed.rule_name, placed.client_id, placed.episode_number
),

final as (
    select
        episodes.*,
        snapshots.is_reconstructed

    from episodes
    inner join snapshots
        on episodes.first_seen_date = snapshots.snapshot_date
)

select * from final
