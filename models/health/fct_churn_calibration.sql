-- Grain: one row per score that gives a probability and band of it, over all origins: how many
-- were expected to churn within churn_horizon_days, and how many did.

with

risks as (
    select * from {{ ref('active_clients', 'int_client_risks') }}
    where probability is not null
),

banded as (
    select
        *,
        case
            when probability < 0.05 then 1
            when probability < 0.1 then 2
            when probability < 0.2 then 3
            else 4
        end as band_number

    from risks
),

counted as (
    select
        score_name,
        band_number,
        count(*) as client_count,
        sum(churned_count) as churned_count,
        sum(probability) as expected_count,
        sum(case when is_reconstructed then 1 else 0 end) as reconstructed_count

    from banded

    group by score_name, band_number
),

rated as (
    select
        *,
        {{ rate('expected_count', 'client_count') }} as mean_probability,
        {{ rate('churned_count', 'client_count') }} as churn_rate,
        {{ rate('reconstructed_count', 'client_count') }} as reconstructed_rate,
        {{ wilson('churned_count', 'client_count', 'lower') }} as churn_rate_lower,
        {{ wilson('churned_count', 'client_count', 'upper') }} as churn_rate_upper

    from counted
),

final as (
    select
        -- keys
        score_name,
        case band_number
            when 1 then 'below_5_percent'
            when 2 then '5_to_10_percent'
            when 3 then '10_to_20_percent'
            else '20_percent_or_more'
        end as probability_band,

        -- numerics
        band_number,
        cast(client_count as bigint) as client_count,
        cast(churned_count as bigint) as churned_count,
        cast(expected_count as decimal(18, 6)) as expected_churned_count,
        mean_probability,
        churn_rate,
        churn_rate_lower,
        churn_rate_upper,
        reconstructed_rate,

        -- booleans
        case
            when client_count >= {{ number_var('calibration_clients_min') }}
                then mean_probability between churn_rate_lower and churn_rate_upper
        end as is_calibrated

    from rated
)

select * from final
