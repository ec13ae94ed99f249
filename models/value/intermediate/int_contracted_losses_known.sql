-- Grain: one row per origin of a forecast and number of months ahead, from 1 to 12: the MRR and
-- the clients that were known on the origin to be lost by then, since notice had been given.

with

days as (
    select * from {{ ref('active_clients', 'int_forecast_days') }}
),

numbers as (
    select * from {{ ref('active_clients', 'numbers') }}
    where number between 1 and 12
),

horizons as (
    select
        origins.origin_date,
        numbers.number as month_number,
        days.origin_date as forecast_date

    from days as origins
    cross join numbers
    inner join days
        on origins.months_back - numbers.number = days.months_back

    where origins.is_origin
),

held as (
    select
        origin_date,
        client_id,
        mrr_amount,
        valid_to,
        coalesce(notice_date <= origin_date, false) as is_noticed,
        min(case when notice_date <= origin_date then 1 else 0 end) over (
            partition by origin_date, client_id
        ) = 1 as is_leaving,
        max(valid_to) over (partition by origin_date, client_id) as leaves_date,
        row_number() over (
            partition by origin_date, client_id
            order by valid_to desc, subscription_id asc, version asc
        ) as end_rank

    from {{ ref('active_clients', 'int_forecast_contracts') }}

    where valid_to > origin_date
),

noticed as (
    select * from held
    where is_noticed
),

final as (
    select
        horizons.origin_date,
        horizons.month_number,
        horizons.forecast_date,
        coalesce(sum(noticed.mrr_amount), 0) as noticed_amount,
        coalesce(sum(
            case when noticed.valid_to <= horizons.forecast_date then noticed.mrr_amount end
        ), 0) as lost_amount,
        coalesce(sum(
            case when noticed.is_leaving and noticed.end_rank = 1 then 1 end
        ), 0) as noticed_count,
        coalesce(sum(
            case
                when noticed.is_leaving
                    and noticed.end_rank = 1
                    and noticed.leaves_date <= horizons.forecast_date then 1
            end
        ), 0) as lost_count

    from horizons
    left join noticed
        on horizons.origin_date = noticed.origin_date

    group by horizons.origin_date, horizons.month_number, horizons.forecast_date
)

select * from final
