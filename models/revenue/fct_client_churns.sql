-- Grain: one row per client and day at whose end its MRR had come to 0.

with

client_mrr as (
    select
        *,
        lag(mrr_amount) over (
            partition by client_id
            order by valid_from
        ) as lost_mrr_amount,
        min(case when mrr_amount > 0 then valid_from end) over (
            partition by client_id
            order by valid_from
            rows between 1 following and unbounded following
        ) as won_back_date,
        min(case when mrr_amount > 0 then valid_from end) over (
            partition by client_id
        ) as first_paid_date

    from {{ ref('active_clients', 'fct_client_mrr') }}
),

plan_levels as (
    select
        *,
        coalesce(lead(valid_from) over (
            partition by client_id, currency_code
            order by valid_from
        ), {{ never() }}) as valid_to

    from {{ ref('active_clients', 'int_client_plan_levels') }}
),

causes as (
    select * from {{ ref('active_clients', 'int_churn_causes') }}
),

churns as (
    select
        *,
        {{ dbt.datediff(
            'first_paid_date',
            'valid_from',
            'day',
        ) }} as tenure_days,
        {{ dbt.datediff(
            'valid_from',
            'won_back_date',
            'day',
        ) }} as win_back_days

    from client_mrr

    where mrr_amount = 0
        and lost_mrr_amount > 0
),

versions as (
    select * from {{ ref('active_clients', 'dim_client_versions') }}
),

main_plans as (
    select
        churns.client_id,
        churns.valid_from,
        plan_levels.plan_id,
        row_number() over (
            partition by churns.client_id, churns.valid_from
            order by plan_levels.plan_rank desc, plan_levels.currency_code asc
        ) as place

    from churns
    inner join plan_levels
        on churns.client_id = plan_levels.client_id
            and {{ is_within(add_days('churns.valid_from', -1), 'plan_levels') }}

    where plan_levels.plan_rank is not null
),

final as (
    select
        -- keys
        churns.client_id,
        churns.valid_from as churn_date,

        -- strings
        main_plans.plan_id,
        coalesce(causes.churn_type, 'unknown') as churn_type,
        causes.cancel_reason,
        versions.segment,
        versions.industry,
        versions.country,
        versions.acquisition_channel,
        versions.owner_id,
        versions.entitled_plan,
        versions.paid_plan,
        versions.mrr_band,

        -- numerics
        churns.lost_mrr_amount,
        won_back.mrr_amount as won_back_mrr_amount,
        cast(churns.tenure_days as integer) as tenure_days,
        cast(churns.win_back_days as integer) as win_back_days,

        -- booleans
        churns.won_back_date is not null as is_won_back,

        -- dates
        churns.first_paid_date,
        churns.won_back_date

    from churns
    left join main_plans
        on churns.client_id = main_plans.client_id
            and churns.valid_from = main_plans.valid_from
            and main_plans.place = 1
    left join causes
        on churns.client_id = causes.client_id
            and churns.valid_from = causes.churn_date
    left join versions
        on churns.client_id = versions.client_id
            and {{ is_within(add_days('churns.valid_from', -1), 'versions') }}
    left join client_mrr as won_back
        on churns.client_id = won_back.client_id
            and churns.won_back_date = won_back.valid_from
)

select * from final
