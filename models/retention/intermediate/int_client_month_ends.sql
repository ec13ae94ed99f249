-- Grain: one row per client and complete month from its first MRR step on.
-- `lapse_count` is the number of steps with MRR 0 so far.

with

client_mrr as (
    select
        client_id,
        mrr_amount,
        valid_from,
        valid_to,
        sum(case when mrr_amount = 0 then 1 else 0 end) over (
            partition by client_id
            order by valid_from
            rows between unbounded preceding and current row
        ) as lapse_count

    from {{ ref('fct_client_mrr') }}
),

months as (
    select distinct
        dates.month_start_date,
        dates.month_end_date

    from {{ ref('dim_dates') }} as dates
    cross join {{ ref('as_of') }} as as_of

    where dates.month_end_date <= as_of.as_of_date
),

final as (
    select
        client_mrr.client_id,
        months.month_start_date as period_month,
        client_mrr.mrr_amount,
        client_mrr.lapse_count

    from client_mrr
    inner join months
        on client_mrr.valid_from <= months.month_end_date
            and months.month_end_date < {{ or_never('client_mrr.valid_to') }}
)

select * from final
