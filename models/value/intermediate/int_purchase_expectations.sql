-- Grain: one row per origin, number of repeat purchases and age: purchases expected within
-- twelve months of a client that is still there, plain and discounted by the quarter. Clients
-- share few of these pairs, which keeps the series short of their number.

with

summaries as (
    select * from {{ ref('active_clients', 'int_purchase_summaries') }}
),

models as (
    select * from {{ ref('active_clients', 'int_purchase_models') }}
    where is_chosen
),

quarters as (
    select number as quarter_number
    from {{ ref('active_clients', 'numbers') }}
    where number between 1 and 4
),

pairs as (
    select distinct
        origin_date,
        repeat_count,
        age_days

    from summaries
),

valued as (
    select
        pairs.*,
        quarters.quarter_number,
        cast(models.r as {{ type_double() }}) as r,
        cast(models.alpha as {{ type_double() }}) as alpha,
        cast(models.a as {{ type_double() }}) as a,
        cast(models.b as {{ type_double() }}) as b,
        models.shift,
        cast(365 * quarters.quarter_number as {{ type_double() }}) / 28 as horizon

    from pairs
    inner join models
        on pairs.origin_date = models.origin_date
    cross join quarters
),

{{ purchases_of_the_alive('expected', 'valued') }},

quarterly as (
    select
        *,
        purchases - coalesce(lag(purchases) over (
            partition by origin_date, repeat_count, age_days
            order by quarter_number
        ), 0) as quarter_purchases

    from expected
),

final as (
    select
        origin_date,
        repeat_count,
        age_days,
        cast(sum(cast(quarter_purchases as decimal(28, 12))) as decimal(18, 8))
            as expected_purchases,
        cast(sum(cast(quarter_purchases * power(
            1 + {{ number_var('discount_rate_annual') }},
            -(quarter_number - 0.5) / 4
        ) as decimal(28, 12))) as decimal(18, 8)) as discounted_purchases

    from quarterly

    group by origin_date, repeat_count, age_days
)

select * from final
