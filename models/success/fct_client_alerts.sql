-- Grain: one row per alert, client and first week of a run of weeks in which its rule held:
-- what was seen, when it was over, and whether the client left within churn_horizon_days.

with

episodes as (
    select * from {{ ref('int_client_rule_episodes') }}
    where rule_type = 'alert'
),

severities as (
    select * from {{ ref('alert_severities') }}
),

identities as (
    select * from {{ ref('int_client_identities') }}
),

client_mrr as (
    select * from {{ ref('fct_client_mrr') }}
),

week_facts as (
    select * from {{ ref('int_client_week_facts') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

dated as (
    select
        *,
        {{ add_days('first_seen_date', number_var('churn_horizon_days')) }} as outcome_date

    from episodes
),

churned as (
    select
        dated.rule_name,
        dated.client_id,
        dated.first_seen_date,
        min(client_mrr.valid_from) as churned_date

    from dated
    inner join identities
        on dated.client_id = identities.client_id
    inner join client_mrr
        on identities.canonical_client_id = client_mrr.client_id
            and dated.first_seen_date < client_mrr.valid_from
            and dated.outcome_date >= client_mrr.valid_from

    where client_mrr.mrr_amount = 0

    group by dated.rule_name, dated.client_id, dated.first_seen_date
),

final as (
    select
        -- keys
        dated.client_id,
        dated.rule_name as alert_type,

        -- strings
        severities.severity,
        dated.evidence_measure,
        case when dated.rule_name = 'notice_given' then week_facts.notice_reason end
            as notice_reason,

        -- numerics
        dated.first_evidence_value,
        dated.last_evidence_value,
        cast(dated.week_count as bigint) as week_count,
        cast(coalesce(last_mrr.mrr_amount, 0) as decimal(18, 4)) as mrr_amount,
        case when dated.rule_name = 'notice_given' then week_facts.notice_mrr_amount end
            as notice_mrr_amount,
        case
            when dated.outcome_date <= as_of.as_of_date
                then case when churned.client_id is null then 0 else 1 end
        end as churned_count,
        cast({{ dbt.datediff(
            'dated.first_seen_date', 'churned.churned_date', 'day'
        ) }} as integer) as lead_days,

        -- booleans
        dated.is_open,
        dated.is_reconstructed,
        dated.outcome_date <= as_of.as_of_date as is_mature,

        -- dates
        dated.first_seen_date,
        dated.last_seen_date,
        case when not dated.is_open then {{ add_days('dated.last_seen_date', 7) }} end
            as resolved_date,
        churned.churned_date,
        case when dated.rule_name = 'notice_given' then week_facts.notice_date end
            as notice_given_date,
        case when dated.rule_name = 'notice_given' then week_facts.leaves_date end as ends_date

    from dated
    cross join as_of
    inner join severities
        on dated.rule_name = severities.alert_type
    left join churned
        on dated.rule_name = churned.rule_name
            and dated.client_id = churned.client_id
            and dated.first_seen_date = churned.first_seen_date
    left join identities
        on dated.client_id = identities.client_id
    left join client_mrr as last_mrr
        on identities.canonical_client_id = last_mrr.client_id
            and {{ is_within('dated.last_seen_date', 'last_mrr') }}
    left join week_facts
        on dated.client_id = week_facts.client_id
            and dated.last_seen_date = week_facts.snapshot_date
)

select * from final
