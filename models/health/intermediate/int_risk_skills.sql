-- Grain: one row per score that gives a probability and origin, and per score over all origins
-- (`all`): the interval of its Brier skill, over clients drawn together with all their weeks.

with

risks as (
    select
        *,
        cast({{ squared('base_probability - churned_count', 6) }} as decimal(18, 12))
            as base_error,
        cast({{ squared('probability - churned_count', 6) }} as decimal(18, 12)) as error

    from {{ ref('active_clients', 'int_client_risks') }}

    where probability is not null
        and base_probability is not null
),

labelled as (
    select
        'all' as origin,
        risks.*

    from risks

    union all

    select
        cast(snapshot_date as {{ dbt.type_string() }}) as origin,
        risks.*

    from risks
),

clients as (
    select
        score_name,
        origin,
        client_id,
        sum(base_error) as base_error,
        sum(base_error - error) as gained_error

    from labelled

    group by score_name, origin, client_id
),

squares as (
    select
        *,
        cast({{ squared('base_error', 9) }} as decimal(18, 12)) as xx,
        cast({{ squared('gained_error', 9) }} as decimal(18, 12)) as yy,
        cast(
            cast(base_error as {{ type_double() }}) * cast(gained_error as {{ type_double() }})
            as decimal(18, 12)
        ) as xy

    from clients
),

summed as (
    select
        score_name,
        origin,
        count(*) as n,
        sum(base_error) as x,
        sum(gained_error) as y,
        sum(xx) as xx,
        sum(yy) as yy,
        sum(xy) as xy

    from squares

    group by score_name, origin

    having sum(base_error) > 0
),

spread as (
    select
        *,
        cast(y as {{ type_double() }}) / cast(x as {{ type_double() }}) as skill

    from summed
),

measured as (
    select
        *,
        case
            when n >= 2 then 1.959963984540054 * sqrt(
                    cast(n as {{ type_double() }}) / (n - 1)
                    * greatest(0, yy - 2 * skill * xy + skill * skill * xx)
                ) / cast(x as {{ type_double() }})
        end as margin

    from spread
),

final as (
    select
        score_name,
        origin,
        cast(n as bigint) as client_count,
        cast(skill as decimal(12, 6)) as brier_skill,
        cast(skill - margin as decimal(12, 6)) as brier_skill_lower,
        cast(skill + margin as decimal(12, 6)) as brier_skill_upper

    from measured
)

select * from final
