-- Grain: one row per measure, number of months ahead, and simple rule: how much less the
-- forecast errs. All origins count for the skill and for how it sways; for how sure it is only
-- as many as have windows that do not overlap.

with

errors as (
    select * from {{ ref('active_clients', 'int_forecast_errors') }}
),

compared as (
    select
        measure,
        month_number,
        is_independent,
        'no_change' as rule_name,
        {{ squared('error_rate', 6) }} as squared_error,
        {{ squared('no_change_error_rate', 6) }} as rule_squared_error

    from errors

    union all

    select
        measure,
        month_number,
        is_independent,
        'same_growth' as rule_name,
        {{ squared('error_rate', 6) }} as squared_error,
        {{ squared('same_growth_error_rate', 6) }} as rule_squared_error

    from errors
),

gains as (
    select
        *,
        cast(rule_squared_error as {{ type_double() }}) as x,
        cast(rule_squared_error - squared_error as {{ type_double() }}) as y

    from compared

    where squared_error is not null
        and rule_squared_error is not null
),

summed as (
    select
        measure,
        month_number,
        rule_name,
        count(*) as n,
        sum(case when is_independent then 1 else 0 end) as independent_count,
        sum(rule_squared_error) as x,
        sum(rule_squared_error - squared_error) as y,
        sum(cast(x * x as {{ type_ledger_sum(12) }})) as xx,
        sum(cast(y * y as {{ type_ledger_sum(12) }})) as yy,
        sum(cast(x * y as {{ type_ledger_sum(12) }})) as xy

    from gains

    group by measure, month_number, rule_name
),

skilled as (
    select
        *,
        cast(y as {{ type_double() }}) / nullif(cast(x as {{ type_double() }}), 0) as skill,
        independent_count >= {{ number_var('forecast_origins_min') }} as is_sufficient

    from summed
),

spread as (
    select
        *,
        yy - 2 * skill * xy + skill * skill * xx as squares

    from skilled
),

-- Where the forecast gains the same share at every origin nothing is known about the spread.
measured as (
    select
        *,
        case
            when is_sufficient and squares > 0.000000001 * cast(xx as {{ type_double() }})
                then sqrt(squares / (n - 1) / independent_count)
                    * n / cast(x as {{ type_double() }})
                    * {{ student_t('independent_count - 1') }}
        end as margin

    from spread
),

final as (
    select
        measure,
        month_number,
        rule_name,
        cast(n as bigint) as origin_count,
        cast(independent_count as bigint) as independent_origin_count,
        {{ rate('skill', '1') }} as skill,
        {{ rate('skill - margin', '1') }} as skill_lower,
        case
            when margin is not null then {{ rate('least(1, skill + margin)', '1') }}
        end as skill_upper,
        case when is_sufficient then coalesce(skill - margin > 0, false) end as is_beaten

    from measured
)

select * from final
