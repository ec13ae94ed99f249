-- Grain: one row per number of repeat purchases and age on as_of_date: how the logarithm of the
-- purchases expected within twelve months, of a client that is still there, changes with the
-- logarithm of each parameter. One parameter at a time is raised by 0.01 %; 0 stands for none.

with

as_of as (
    select * from {{ ref('active_clients', 'as_of') }}
),

summaries as (
    select * from {{ ref('active_clients', 'int_purchase_summaries') }}
),

models as (
    select * from {{ ref('active_clients', 'int_purchase_models') }}
    where is_chosen
),

raised as (
    select number as raised_parameter
    from {{ ref('active_clients', 'numbers') }}
    where number <= 4
),

pairs as (
    select distinct
        summaries.origin_date,
        summaries.repeat_count,
        summaries.age_days

    from summaries
    inner join as_of
        on summaries.origin_date = as_of.as_of_date
),

valued as (
    select
        pairs.*,
        raised.raised_parameter,
        {%- for name in ['r', 'alpha', 'a', 'b'] %}
        cast(models.{{ name }} as {{ type_double() }})
        * case when raised.raised_parameter = {{ loop.index }} then 1.0001 else 1 end
            as {{ name }},
        {%- endfor %}
        models.shift,
        cast(365 as {{ type_double() }}) / 7 as horizon

    from pairs
    inner join models
        on pairs.origin_date = models.origin_date
    cross join raised
),

{{ purchases_of_the_alive('expected', 'valued') }},

logarithms as (
    select
        *,
        ln(greatest(1e-300, purchases)) as log_purchases

    from expected
),

compared as (
    select
        origin_date,
        repeat_count,
        age_days,
        max(case when raised_parameter = 0 then log_purchases end) as log_0,
        max(case when raised_parameter = 1 then log_purchases end) as log_1,
        max(case when raised_parameter = 2 then log_purchases end) as log_2,
        max(case when raised_parameter = 3 then log_purchases end) as log_3,
        max(case when raised_parameter = 4 then log_purchases end) as log_4

    from logarithms

    group by origin_date, repeat_count, age_days
),

final as (
    select
        origin_date,
        repeat_count,
        age_days,
        cast((log_1 - log_0) / ln(1.0001) as decimal(18, 6)) as slope_r,
        cast((log_2 - log_0) / ln(1.0001) as decimal(18, 6)) as slope_alpha,
        cast((log_3 - log_0) / ln(1.0001) as decimal(18, 6)) as slope_a,
        cast((log_4 - log_0) / ln(1.0001) as decimal(18, 6)) as slope_b

    from compared
)

select * from final
