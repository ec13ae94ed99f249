-- Grain: one row per origin of a forecast and number of months ahead, from 1 to 12: the monthly
-- rates that hold in that month, of the twelve months that end on the origin. They are those of
-- clients that had not given notice so many months before, since notice is known apart.

with

client_months as (
    select * from {{ ref('active_clients', 'int_forecast_client_months') }}
),

origins as (
    select * from {{ ref('active_clients', 'int_forecast_days') }}
    where is_origin
),

numbers as (
    select * from {{ ref('active_clients', 'numbers') }}
    where number between 1 and 12
),

-- Notice that three days of forecasts knew was no news one to three months ahead.
views as (
    select
        client_months.*,
        client_months.notice_months + 1 as first_month,
        12 as last_month,
        client_months.opening_amount as base_amount,
        client_months.closing_amount as kept_amount

    from client_months

    where client_months.notice_months < 12

    union all

    select
        client_months.*,
        1 as first_month,
        client_months.notice_months as last_month,
        client_months.opening_amount - client_months.noticed_opening_amount as base_amount,
        client_months.closing_amount - client_months.noticed_closing_amount as kept_amount

    from client_months

    where client_months.notice_months > 0
),

flows as (
    select
        months_back,
        first_month,
        last_month,
        sum(base_amount) as base_amount,
        sum(case when base_amount > 0 then 1 else 0 end) as base_count,
        sum(case when closing_amount = 0 then base_amount else 0 end) as churned_amount,
        sum(case when base_amount > 0 and closing_amount = 0 then 1 else 0 end)
            as churned_count,
        sum(case
            when closing_amount > 0 and kept_amount < base_amount
                then base_amount - kept_amount
            else 0
        end) as contraction_amount,
        sum(case
            when opening_amount > 0 and kept_amount > base_amount
                then kept_amount - base_amount
            else 0
        end) as expansion_amount

    from views

    group by months_back, first_month, last_month
),

final as (
    select
        origins.origin_date,
        numbers.number as month_number,
        {{ rate('sum(months.churned_amount)', 'sum(months.base_amount)') }} as churn_rate,
        {{ rate('sum(months.churned_count)', 'sum(months.base_count)') }}
            as client_churn_rate,
        {{ rate('sum(months.contraction_amount)', 'sum(months.base_amount)') }}
            as contraction_rate,
        {{ rate('sum(months.expansion_amount)', 'sum(months.base_amount)') }}
            as expansion_rate,
        sum(months.expansion_amount) <= sum(months.base_amount) as is_steady

    from origins
    cross join numbers
    inner join flows as months
        on months.months_back between origins.months_back and origins.months_back + 11
            and numbers.number between months.first_month and months.last_month

    group by origins.origin_date, numbers.number
)

select * from final
