-- Grain: one row per alert, client and first week of a run of weeks in which its rule held:
-- what was seen, when it was over, and whether the client left within churn_horizon_days. It
-- leaves when MRR above 0 comes to 0; who does not pay cannot, and who has given notice is
-- known to: of both only notice itself says anything.

with

episodes as (
    select * from {{ ref('active_clients', 'int_client_rule_episodes') }}
    where rule_type = 'alert'
),

severities as (
    select * from {{ ref('active_clients', 'alert_severities') }}
),

identities as (
    select * from {{ ref('active_clients', 'int_client_identities') }}
),

client_mrr as (
    select
        *,
        lag(mrr_amount) over (
            partition by client_id
            order by valid_from
        ) as previous_mrr_amount

    from {{ ref('active_clients', 'fct_client_mrr') }}
),

week_facts as (
    select * from {{ ref('active_clients', 'int_client_week_facts') }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
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
        and client_mrr.previous_mrr_amount > 0

    group by dated.rule_name, dated.client_id, dated.first_seen_date
),

judged as (
    select
        dated.*,
        identities.canonical_client_id,
        churned.churned_date,
        dated.outcome_date <= as_of.as_of_date as is_mature,
        dated.outcome_date <= as_of.as_of_date
        and first_mrr.mrr_amount > 0
        and (dated.rule_name = 'notice_given' or not first_facts.has_given_notice)
            as is_judged

    from dated
    cross join as_of
    left join identities
        on dated.client_id = identities.client_id
    left join client_mrr as first_mrr
        on identities.canonical_client_id = first_mrr.client_id
            and {{ is_within('dated.first_seen_date', 'first_mrr') }}
    left join week_facts as first_facts
        on dated.client_id = first_facts.client_id
            and dated.first_seen_date = first_facts.snapshot_date
    left join churned
        on dated.rule_name = churned.rule_name
            and dated.client_id = churned.client_id
            and dated.first_seen_date = churned.first_seen_date
),

final as (
    select
        judged.client_id,
        judged.rule_name as alert_type,
        severities.severity,
        judged.evidence_measure,
        case when judged.rule_name = 'notice_given' then week_facts.notice_reason end
            as notice_reason,
        judged.first_evidence_value,
        judged.last_evidence_value,
        judged.week_count,
        cast(coalesce(last_mrr.mrr_amount, 0) as decimal(18, 4)) as mrr_amount,
        case when judged.rule_name = 'notice_given' then week_facts.notice_mrr_amount end
            as notice_mrr_amount,
        case
            when judged.is_judged then case when judged.churned_date is null then 0 else 1 end
        end as churned_count,
        cast({{ dbt.datediff(
            'judged.first_seen_date', 'judged.churned_date', 'day'
        ) }} as integer) as lead_days,
        judged.is_open,
        judged.is_reconstructed,
        judged.is_mature,
        coalesce(judged.is_judged, false) as is_judged,
        judged.first_seen_date,
        judged.last_seen_date,
        judged.churned_date,
        case when judged.rule_name = 'notice_given' then week_facts.notice_date end
            as notice_given_date,
        case when judged.rule_name = 'notice_given' then week_facts.leaves_date end as ends_date

    from judged
    inner join severities
        on judged.rule_name = severities.alert_type
    left join client_mrr as last_mrr
        on judged.canonical_client_id = last_mrr.client_id
            and {{ is_within('judged.last_seen_date', 'last_mrr') }}
    left join week_facts
        on judged.client_id = week_facts.client_id
            and judged.last_seen_date = week_facts.snapshot_date
)

select * from final
