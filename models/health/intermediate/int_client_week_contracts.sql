-- Grain: one row per complete week and client with a subscription that was known and had
-- begun by the week's end: what it paid for then, since when, and until when.

with

identities as (
    select * from {{ ref('int_client_identity_weeks') }}
    where not is_internal
),

contracts as (
    select * from {{ ref('int_client_contracts_known') }}
),

-- A term is counted from the first day that recurred, so that no month end wears off.
begun_items as (
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
            and identities.snapshot_date >= contracts.valid_from
),

paid_items as (
    select
        *,
        cast(floor(
            {{ months_between('term_anchor_date', 'snapshot_date') }}
            / cast(term_months as {{ type_double() }})
        ) as integer) * term_months
            as elapsed_months

    from begun_items

    where snapshot_date < valid_to
),

renewed_items as (
    select
        *,
        case
            when ended_date is not null then ended_date
            when {{ add_months('term_anchor_date', 'elapsed_months') }} > snapshot_date
                then {{ add_months('term_anchor_date', 'elapsed_months') }}
            else {{ add_months('term_anchor_date', 'elapsed_months + term_months') }}
        end as term_end_date

    from paid_items
),

final as (
    select
        week_index,
        canonical_client_id as client_id,
        cast(sum(seat_count) as decimal(18, 4)) as seat_count,
        max(case when subscription_status = 'past_due' then 1 else 0 end) as past_due_count,
        max(case when has_notice then 1 else 0 end) as notice_count,
        min(first_recurs_from) as first_paid_date,
        min(case
            when term_months >= {{ number_var('contract_term_months_min') }}
                then term_end_date
        end) as term_end_date

    from renewed_items

    group by week_index, canonical_client_id
)

select * from final
