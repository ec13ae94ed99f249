-- Grain: one row per complete week and client with a subscription that was known and had
-- begun by the week's end: what it paid for then, since when, until when, and how much of it
-- was under notice. A client leaves when all that recurs from then on, or was known to begin
-- later, is under notice.

{%- set horizon_end = add_days('snapshot_date', number_var('churn_horizon_days')) %}

with

identities as (
    select * from {{ ref('active_clients', 'int_client_identity_weeks') }}
    where not is_internal
),

contracts as (
    select * from {{ ref('active_clients', 'int_client_contracts_known') }}
),

rates as (
    select * from {{ ref('active_clients', 'int_exchange_rate_spans') }}
),

-- A term is counted from the first day that recurred, so that no month end wears off.
known_items as (
    select
        identities.week_index,
        identities.snapshot_date,
        identities.canonical_client_id,
        contracts.*,
        min(contracts.valid_from) over (
            partition by identities.week_index, identities.canonical_client_id
        ) as first_recurs_from,
        min(contracts.valid_from) over (
            partition by identities.week_index, contracts.subscription_id
        ) as term_anchor_date

    from identities
    inner join contracts
        on identities.client_id = contracts.client_id
            and {{ is_known('contracts', 'identities.snapshot_date') }}
),

priced_items as (
    select
        known_items.*,
        known_items.valid_from <= known_items.snapshot_date as is_paid,
        cast(known_items.mrr_amount * rates.rate as decimal(18, 4)) as reported_mrr_amount,
        cast(floor(
            {{ months_between('known_items.term_anchor_date', 'known_items.snapshot_date') }}
            / cast(known_items.term_months as {{ type_double() }})
        ) as integer) * known_items.term_months
            as elapsed_months

    from known_items
    left join rates
        on {{ is_rate_on('rates', 'known_items', 'known_items.snapshot_date') }}

    where known_items.snapshot_date < known_items.valid_to
),

renewed_items as (
    select
        *,
        -- Of several that are under notice the one with most MRR gives the reason.
        row_number() over (
            partition by week_index, canonical_client_id
            order by
                case when is_paid and has_notice then 0 else 1 end,
                reported_mrr_amount desc,
                subscription_id asc,
                version asc
        ) as notice_rank,
        case
            when ended_date is not null then ended_date
            when {{ add_months('term_anchor_date', 'elapsed_months') }} > snapshot_date
                then {{ add_months('term_anchor_date', 'elapsed_months') }}
            else {{ add_months('term_anchor_date', 'elapsed_months + term_months') }}
        end as term_end_date

    from priced_items
),

summed as (
    select
        week_index,
        canonical_client_id as client_id,
        cast(sum(case when is_paid then seat_count end) as decimal(18, 4)) as seat_count,
        max(case
            when is_paid and subscription_status = 'past_due' then 1 else 0
        end) as past_due_count,
        min(case
            when not is_paid or subscription_status <> 'past_due' and not has_notice then 0
            else 1
        end) as lapsing_count,
        max(case when is_paid and has_notice then 1 else 0 end) as notice_count,
        min(case when has_notice then 1 else 0 end) as leaving_count,
        max(case when is_paid then notice_date end) as notice_date,
        max(valid_to) as last_valid_to,
        max(case when is_paid and has_notice and notice_rank = 1 then cancel_reason end)
            as notice_reason,
        min(first_recurs_from) as first_paid_date,
        min(case
            when is_paid and term_months >= {{ number_var('contract_term_months_min') }}
                then term_end_date
        end) as term_end_date,
        sum(case when is_paid then coalesce(reported_mrr_amount, 0) else 0 end) as mrr_amount,
        -- What is known to begin takes the place of what ends.
        sum(case
            when is_paid and has_notice then coalesce(reported_mrr_amount, 0)
            when not is_paid then -coalesce(reported_mrr_amount, 0)
            else 0
        end) as notice_mrr_amount,
        sum(case
            when is_paid and has_notice and valid_to <= {{ horizon_end }}
                then coalesce(reported_mrr_amount, 0)
            when not is_paid and valid_from <= {{ horizon_end }}
                then -coalesce(reported_mrr_amount, 0)
            else 0
        end) as ending_mrr_amount

    from renewed_items

    group by week_index, canonical_client_id

    having max(case when is_paid then 1 else 0 end) = 1
),

final as (
    select
        week_index,
        client_id,
        seat_count,
        past_due_count,
        lapsing_count,
        notice_count,
        leaving_count,
        case when notice_count = 1 then notice_date end as notice_date,
        case
            when leaving_count = 1 and last_valid_to < {{ never() }} then last_valid_to
        end as leaves_date,
        notice_reason,
        first_paid_date,
        term_end_date,
        cast(mrr_amount as decimal(18, 4)) as mrr_amount,
        cast(greatest(notice_mrr_amount, 0) as decimal(18, 4)) as notice_mrr_amount,
        cast(greatest(ending_mrr_amount, 0) as decimal(18, 4)) as ending_mrr_amount

    from summed
)

select * from final
