-- Grain: one row per client that paid at the end of a base month, and 1, 3 and 12 months later:
-- what is left of its MRR, under what the client was at the base. Amounts are at the exchange
-- rates of the base. Of the month that still runs, only what is left of a year ago.

with

retained_mrr as (
    select * from {{ ref('active_clients', 'int_retained_mrr') }}
    where period_number in (1, 3, 12)
),

versions as (
    select * from {{ ref('active_clients', 'dim_client_versions') }}
),

final as (
    select
        -- keys
        retained_mrr.client_id,
        retained_mrr.base_month,
        cast(retained_mrr.period_number as integer) as period_number,

        -- strings
        versions.segment as base_segment,
        versions.industry as base_industry,
        versions.country as base_country,
        versions.acquisition_channel as base_acquisition_channel,
        versions.owner_id as base_owner,
        versions.entitled_plan as base_entitled_plan,
        versions.paid_plan as base_paid_plan,
        versions.mrr_band as base_mrr_band,

        -- numerics
        cast(case
            when retained_mrr.is_comparable then retained_mrr.base_mrr_amount else 0
        end as decimal(18, 4)) as base_mrr_amount,
        cast(case
            when not retained_mrr.is_comparable then retained_mrr.base_mrr_amount else 0
        end as decimal(18, 4)) as incomparable_base_mrr_amount,
        cast(case
            when retained_mrr.is_comparable then retained_mrr.net_retained_mrr_amount else 0
        end as decimal(18, 4)) as net_retained_mrr_amount,
        cast(case
            when retained_mrr.is_comparable
                then least(retained_mrr.net_retained_mrr_amount, retained_mrr.base_mrr_amount)
            else 0
        end as decimal(18, 4)) as gross_retained_mrr_amount,

        -- booleans
        retained_mrr.is_retained,
        retained_mrr.is_uninterrupted,
        retained_mrr.is_complete,

        -- dates
        retained_mrr.base_date,
        retained_mrr.period_month,
        retained_mrr.period_end_date

    from retained_mrr
    inner join versions
        on retained_mrr.client_id = versions.client_id
            and {{ is_within('retained_mrr.base_date', 'versions') }}
)

select * from final
