-- Grain: one row per origin of a forecast: what the twelve months that end on it brought, new
-- and back, a month, and how MRR and the number of paying clients grew and swayed from month to
-- month, at the exchange rates of each month's end.

with

client_months as (
    select * from {{ ref('active_clients', 'int_forecast_client_months') }}
),

origins as (
    select * from {{ ref('active_clients', 'int_forecast_days') }}
    where is_origin
),

monthly as (
    select
        months_back,
        sum(opening_amount) as opening_amount,
        sum(closing_amount) as closing_amount,
        sum(case when opening_amount > 0 then 1 else 0 end) as opening_count,
        sum(case when closing_amount > 0 then 1 else 0 end) as closing_count,
        sum(case when opening_amount > 0 and closing_amount = 0 then 1 else 0 end)
            as churned_count,
        sum(case when is_back then closing_amount else 0 end) as returned_amount,
        sum(case when is_back then 1 else 0 end) as returned_count,
        sum(case when is_new then closing_amount else 0 end) as new_amount,
        sum(case when is_new then 1 else 0 end) as new_count

    from client_months

    group by months_back
),

grown as (
    select
        *,
        {{ log_growth('opening_amount', 'closing_amount') }} as mrr_growth,
        {{ log_growth('opening_count', 'closing_count') }} as client_growth

    from monthly
),

summed as (
    select
        origins.origin_date,
        sum(case when months.months_back = origins.months_back then months.closing_amount end)
            as mrr_amount,
        sum(case when months.months_back = origins.months_back then months.closing_count end)
            as client_count,
        count(months.mrr_growth) as month_count,
        sum(months.churned_count) as churned_count,
        sum(months.returned_amount) as returned_amount,
        sum(months.returned_count) as returned_count,
        sum(months.new_amount) as new_amount,
        sum(months.new_count) as new_count,
        sum(months.mrr_growth) as mrr_growth,
        sum(cast({{ squared('months.mrr_growth', 9) }} as decimal(18, 12)))
            as squared_mrr_growth,
        sum(months.client_growth) as client_growth,
        sum(cast({{ squared('months.client_growth', 9) }} as decimal(18, 12)))
            as squared_client_growth

    from origins
    inner join grown as months
        on months.months_back between origins.months_back and origins.months_back + 11

    group by origins.origin_date
),

final as (
    select
        origin_date,
        coalesce(mrr_amount, 0) as mrr_amount,
        coalesce(client_count, 0) as client_count,
        month_count,
        churned_count,
        {{ amount_per('new_amount', '12') }} as new_amount,
        {{ amount_per('new_count', '12') }} as new_count,
        {{ amount_per('returned_amount', '12') }} as returned_amount,
        {{ amount_per('returned_count', '12') }} as returned_count,
        {{ rate('mrr_growth', '12') }} as mrr_growth,
        {{ standard_deviation('mrr_growth', 'squared_mrr_growth', '12') }}
            as mrr_growth_deviation,
        {{ rate('client_growth', '12') }} as client_growth,
        {{ standard_deviation('client_growth', 'squared_client_growth', '12') }}
            as client_growth_deviation

    from summed
)

select * from final
