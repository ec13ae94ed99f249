-- Grain: one row per origin that carries a forecast and number of months ahead, from 1 to 12:
-- what the month takes and brings, expected of the clients that had not given notice on the
-- origin and of those that came in since, who then stay, shrink and grow as all do.

with

origins as (
    select * from {{ ref('active_clients', 'int_forecast_origins') }}
    where reason is null
),

growth as (
    select * from {{ ref('active_clients', 'int_forecast_growth') }}
),

rates as (
    select * from {{ ref('active_clients', 'int_forecast_rates') }}
),

-- Where everybody had given notice there is nobody that a rate could be of. No rate is 2 or
-- more, so that amounts times rates fit.
expected as (
    select
        origins.origin_date,
        rates.month_number,
        cast(coalesce(rates.churn_rate, 0) as decimal(9, 6)) as churn_rate,
        cast(coalesce(rates.client_churn_rate, 0) as decimal(9, 6)) as client_churn_rate,
        cast(coalesce(rates.contraction_rate, 0) as decimal(9, 6)) as contraction_rate,
        cast(coalesce(rates.expansion_rate, 0) as decimal(9, 6)) as expansion_rate,
        growth.returned_amount,
        growth.returned_count,
        growth.new_amount,
        growth.new_count

    from origins
    inner join growth
        on origins.origin_date = growth.origin_date
    inner join rates
        on origins.origin_date = rates.origin_date
),

month_0 as (
    select
        origin_date,
        free_amount as closing_amount,
        cast(free_count as decimal(18, 4)) as closing_count

    from origins
),

{% for month in range(1, 13) %}
opened_{{ month }} as (
    select
        expected.*,
        month_{{ month - 1 }}.closing_amount as opening_amount,
        cast(month_{{ month - 1 }}.closing_amount * expected.churn_rate as decimal(24, 4))
            as churned_amount,
        cast(
            {{ widened('month_' ~ (month - 1) ~ '.closing_count') }}
            * expected.client_churn_rate as decimal(18, 4)
        ) as churned_count,
        cast(month_{{ month - 1 }}.closing_amount * expected.contraction_rate as decimal(24, 4))
            as contraction_amount,
        cast(month_{{ month - 1 }}.closing_amount * expected.expansion_rate as decimal(24, 4))
            as expansion_amount,
        month_{{ month - 1 }}.closing_count as opening_count

    from month_{{ month - 1 }}
    inner join expected
        on month_{{ month - 1 }}.origin_date = expected.origin_date
            and expected.month_number = {{ month }}
),

month_{{ month }} as {{ computed_once() }} (
    select
        *,
        cast(
            opening_amount - churned_amount - contraction_amount + expansion_amount
            + returned_amount + new_amount as decimal(24, 4)
        ) as closing_amount,
        cast(opening_count - churned_count + returned_count + new_count as decimal(18, 4))
            as closing_count

    from opened_{{ month }}
),
{% endfor %}

months as (
    {%- for month in range(1, 13) %}
    select * from month_{{ month }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    select
        origin_date,
        month_number,
        churned_amount,
        churned_count,
        contraction_amount,
        expansion_amount,
        returned_amount,
        returned_count,
        new_amount,
        new_count

    from months
)

select * from final
