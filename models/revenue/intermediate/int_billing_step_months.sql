-- Grain: one row per step of int_subscription_billing_steps and month that it touches. Amounts
-- are averages over the days of the month that have elapsed, at the rates of its last day.

with

steps as (
    select * from {{ ref('int_subscription_billing_steps') }}
    where billed_mrr_amount > 0
        or invoice_count > 0
),

rates as (
    select * from {{ ref('int_exchange_rate_spans') }}
),

as_of as (
    select * from {{ ref('as_of') }}
),

months as (
    select distinct
        dates.month_start_date,
        case
            when dates.month_end_date > as_of.as_of_date then as_of.as_of_date
            else dates.month_end_date
        end as period_end_date,
        case
            when dates.month_end_date > as_of.as_of_date
                then {{ add_days('as_of.as_of_date', 1) }}
            else {{ add_days('dates.month_end_date', 1) }}
        end as month_end_date,
        dates.month_end_date <= as_of.as_of_date as is_complete

    from {{ ref('dim_dates') }} as dates
    cross join as_of

    where dates.month_start_date <= as_of.as_of_date
),

shared as (
    select
        steps.*,
        months.month_start_date as period_month,
        months.month_end_date,
        months.is_complete,
        rates.rate,
        case
            when steps.valid_from > months.month_start_date then steps.valid_from
            else months.month_start_date
        end as shared_from,
        case
            when steps.valid_to <= months.period_end_date then steps.valid_to
            else months.month_end_date
        end as shared_to

    from steps
    inner join months
        on steps.valid_from <= months.period_end_date
            and steps.valid_to > months.month_start_date
    inner join rates
        on steps.currency_code = rates.currency_code
            and months.period_end_date >= rates.valid_from
            and months.period_end_date < {{ or_never('rates.valid_to') }}
),

counted as (
    select
        *,
        {{ dbt.datediff(
            'shared_from',
            'shared_to',
            'day',
        ) }} as shared_days,
        {{ dbt.datediff(
            'period_month',
            'month_end_date',
            'day',
        ) }} as month_days

    from shared
),

weighted as (
    select
        *,
        cast(
            cast(shared_days as {{ type_double() }}) / month_days * rate as decimal(19, 10)
        ) as weight

    from counted
),

final as (
    select
        client_id,
        subscription_id,
        currency_code,
        period_month,
        cast(billed_mrr_amount * weight as decimal(18, 4)) as billed_amount,
        cast(invoiced_mrr_amount * weight as decimal(18, 4)) as invoiced_amount,
        cast(issued_mrr_amount * weight as decimal(18, 4)) as issued_amount,
        billed_mrr_amount > 0 as has_mrr,
        invoice_count > 0 as has_invoice,
        void_count > 0 as has_void_invoice,
        is_complete,
        valid_from

    from weighted
)

select * from final
