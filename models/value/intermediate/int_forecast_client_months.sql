-- Grain: one row per day of forecasts and client that paid on it or a month before: what it
-- paid at both ends of the month, at the exchange rates of its end, as known then. Of notice
-- that the client was under at the opening, `notice_months` has how many such days knew of it.

with

contracts as (
    select * from {{ ref('active_clients', 'int_forecast_contracts') }}
),

days as (
    select * from {{ ref('active_clients', 'int_forecast_days') }}
    where has_elapsed
),

dated as (
    select
        contracts.*,
        days.months_back,
        days.previous_date,
        contracts.valid_from <= days.previous_date as is_opening,
        contracts.valid_to > contracts.origin_date as is_closing,
        coalesce(contracts.notice_date <= days.previous_date, false)
        and contracts.valid_from <= days.previous_date as is_noticed

    from contracts
    inner join days
        on contracts.origin_date = days.origin_date
),

summed as (
    select
        origin_date,
        months_back,
        client_id,
        sum(case when is_opening then mrr_amount else 0 end) as opening_amount,
        sum(case when is_closing then mrr_amount else 0 end) as closing_amount,
        sum(case when is_noticed then mrr_amount else 0 end) as noticed_opening_amount,
        sum(case when is_noticed and is_closing then mrr_amount else 0 end)
            as noticed_closing_amount,
        max(case when is_noticed then notice_date end) as notice_date,
        max(case when is_opening then 0 else 1 end) as begun_count,
        max(case when first_paid_date <= previous_date then 1 else 0 end) as paid_before_count

    from dated

    group by origin_date, months_back, client_id
),

-- Who begins anything in the month did not leave: it was no notice after all.
noticed as (
    select
        summed.origin_date,
        summed.client_id,
        count(*) as notice_months

    from summed
    inner join days
        on summed.notice_date <= days.origin_date
            and summed.origin_date > days.origin_date

    where summed.begun_count = 0

    group by summed.origin_date, summed.client_id
),

final as (
    select
        summed.origin_date,
        summed.months_back,
        summed.client_id,
        summed.opening_amount,
        summed.closing_amount,
        case
            when noticed.client_id is not null then summed.noticed_opening_amount else 0
        end as noticed_opening_amount,
        case
            when noticed.client_id is not null then summed.noticed_closing_amount else 0
        end as noticed_closing_amount,
        cast(least(12, coalesce(noticed.notice_months, 0)) as integer) as notice_months,
        summed.opening_amount = 0 and summed.paid_before_count = 0 as is_new,
        summed.opening_amount = 0 and summed.paid_before_count = 1 as is_back

    from summed
    left join noticed
        on summed.origin_date = noticed.origin_date
            and summed.client_id = noticed.client_id

    where summed.opening_amount > 0
        or summed.closing_amount > 0
)

select * from final
