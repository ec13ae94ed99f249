-- Grain: one row per counted client and milestone of time (months of tenure, anniversaries)
-- until 30 days after as_of_date, on which the client paid or was active (of those to come:
-- it does so on as_of_date). Days are counted from the day the client came to be: one of 29
-- February has its anniversary on 28 February when there is no 29th.

with

clients as (
    select * from {{ ref('active_clients', 'int_clients') }}
    where not is_internal
),

rules as (
    select
        *,
        case milestone_kind when 'anniversary' then 12 * threshold else threshold end
            as month_count

    from {{ ref('active_clients', 'milestone_rules') }}

    where milestone_kind in ('anniversary', 'tenure_months')
),

client_mrr as (
    select * from {{ ref('active_clients', 'fct_client_mrr') }}
    where mrr_amount > 0
),

active_spans as (
    {{ default_active_spans(
        ref('active_clients', 'int_client_active_spans'),
        ref('active_clients', 'active_definitions')
    ) | indent(4) }}
),

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

dated as (
    select
        clients.client_id,
        rules.milestone_kind,
        rules.threshold,
        {{ add_months('clients.created_date', 'rules.month_count') }} as milestone_date

    from clients
    cross join rules
),

judged as (
    select
        dated.*,
        case
            when dated.milestone_date > as_of.as_of_date then as_of.as_of_date
            else dated.milestone_date
        end as judged_date

    from dated
    cross join as_of

    where dated.milestone_date <= {{ add_days('as_of.as_of_date', 30) }}
),

final as (
    select
        judged.client_id,
        judged.milestone_kind,
        judged.threshold,
        judged.milestone_date

    from judged
    left join client_mrr
        on judged.client_id = client_mrr.client_id
            and {{ is_within('judged.judged_date', 'client_mrr') }}
    left join active_spans
        on judged.client_id = active_spans.client_id
            and judged.judged_date >= active_spans.active_from
            and judged.judged_date < active_spans.active_to

    where client_mrr.client_id is not null
        or active_spans.client_id is not null
)

select * from final
