-- Grain: one row per month and step that leads from its opening to its closing MRR. The steps
-- between add up to the difference, and the closing MRR is the opening one of the next month.

with

months as (
    select * from {{ ref('active_clients', 'rpt_months') }}
),

steps as (
    select
        1 as step_number,
        'Opening' as step,
        period_month,
        opening_mrr_amount as mrr_amount,
        is_complete
    from months

    union all

    select
        2 as step_number,
        'New' as step,
        period_month,
        new_mrr_amount as mrr_amount,
        is_complete
    from months

    union all

    select
        3 as step_number,
        'Reactivation' as step,
        period_month,
        reactivation_mrr_amount as mrr_amount,
        is_complete
    from months

    union all

    select
        4 as step_number,
        'Expansion' as step,
        period_month,
        expansion_mrr_amount as mrr_amount,
        is_complete
    from months

    union all

    select
        5 as step_number,
        'Contraction' as step,
        period_month,
        contraction_mrr_amount as mrr_amount,
        is_complete
    from months

    union all

    select
        6 as step_number,
        'Churn' as step,
        period_month,
        churned_mrr_amount as mrr_amount,
        is_complete
    from months

    union all

    select
        7 as step_number,
        'Exchange rates' as step,
        period_month,
        fx_mrr_amount as mrr_amount,
        is_complete
    from months

    union all

    select
        8 as step_number,
        'Closing' as step,
        period_month,
        closing_mrr_amount as mrr_amount,
        is_complete
    from months
),

final as (
    select
        -- keys
        period_month,
        cast(step_number as integer) as step_number,

        -- strings
        step,

        -- numerics
        mrr_amount,

        -- booleans
        step_number in (1, 8) as is_total,
        is_complete

    from steps
)

select * from final
