-- Grain: one row per origin of a forecast and number of months ahead, from 1 to 12: MRR and
-- paying clients then, the parts that lead there from the origin, their bounds, and what two
-- simple rules say. Null where the history does not carry a forecast.

{# Of a sum of so many months, when their mean is known of twelve. #}
{% set months = 'cast(losses.month_number as ' ~ type_double() ~ ')' %}
{% set spread = student_t(11) ~ ' * sqrt(' ~ months ~ ' * (1 + ' ~ months ~ ' / 12))' %}

with

origins as (
    select * from {{ ref('active_clients', 'int_forecast_origins') }}
),

growth as (
    select * from {{ ref('active_clients', 'int_forecast_growth') }}
),

losses as (
    select * from {{ ref('active_clients', 'int_contracted_losses_known') }}
),

flows as (
    select * from {{ ref('active_clients', 'int_forecast_flows') }}
),

summed as (
    select
        origin_date,
        month_number,
        {{ running_sum('churned_amount', ['origin_date'], 'month_number', 24) }}
            as churned_amount,
        {{ running_sum('churned_count', ['origin_date'], 'month_number', 24) }}
            as churned_count,
        {{ running_sum('contraction_amount', ['origin_date'], 'month_number', 24) }}
            as contraction_amount,
        {{ running_sum('expansion_amount', ['origin_date'], 'month_number', 24) }}
            as expansion_amount,
        {{ running_sum('returned_amount', ['origin_date'], 'month_number', 24) }}
            as returned_amount,
        {{ running_sum('returned_count', ['origin_date'], 'month_number', 24) }}
            as returned_count,
        {{ running_sum('new_amount', ['origin_date'], 'month_number', 24) }}
            as new_amount,
        {{ running_sum('new_count', ['origin_date'], 'month_number', 24) }}
            as new_count

    from flows
),

joined as (
    select
        origins.*,
        losses.month_number,
        losses.forecast_date,
        losses.lost_amount,
        losses.lost_count,
        summed.churned_amount,
        summed.churned_count,
        summed.contraction_amount,
        summed.expansion_amount,
        summed.returned_amount,
        summed.returned_count,
        summed.new_amount,
        summed.new_count,
        origins.mrr_amount - losses.lost_amount - summed.churned_amount
        - summed.contraction_amount + summed.expansion_amount + summed.returned_amount
        + summed.new_amount as forecast_amount,
        origins.client_count - losses.lost_count - summed.churned_count
        + summed.returned_count + summed.new_count as forecast_count,
        losses.month_number * {{ widened('growth.mrr_growth', 6) }} as mrr_growth,
        losses.month_number * {{ widened('growth.client_growth', 6) }} as client_growth,
        {{ spread }} * growth.mrr_growth_deviation as mrr_margin,
        {{ spread }} * growth.client_growth_deviation as client_margin

    from origins
    inner join losses
        on origins.origin_date = losses.origin_date
    left join growth
        on origins.origin_date = growth.origin_date
    left join summed
        on losses.origin_date = summed.origin_date
            and losses.month_number = summed.month_number
),

-- Where no month differs from another nothing is known about how far it can go.
final as (
    select
        origin_date,
        month_number,
        months_back,
        forecast_date,
        reason,
        mrr_amount,
        client_count,
        lost_amount,
        lost_count,
        churned_amount,
        churned_count,
        contraction_amount,
        expansion_amount,
        returned_amount,
        returned_count,
        new_amount,
        new_count,
        cast(forecast_amount as decimal(24, 4)) as forecast_amount,
        {{ grown_by('forecast_amount', '-nullif(mrr_margin, 0)') }} as forecast_amount_lower,
        {{ grown_by('forecast_amount', 'nullif(mrr_margin, 0)') }} as forecast_amount_upper,
        cast(forecast_count as decimal(24, 4)) as forecast_count,
        {{ grown_by('forecast_count', '-nullif(client_margin, 0)') }} as forecast_count_lower,
        {{ grown_by('forecast_count', 'nullif(client_margin, 0)') }} as forecast_count_upper,
        case when reason is null then {{ grown_by('mrr_amount', 'mrr_growth', 100) }} end
            as same_growth_amount,
        case when reason is null then {{ grown_by('client_count', 'client_growth', 100) }} end
            as same_growth_count,
        is_reconstructed

    from joined
)

select * from final
