{#
    CTEs that end with `survival`: per group of `keys` and duration at which something ended,
    the Kaplan-Meier estimate of still going on after it (Kaplan and Meier, 1958), the product
    of 1 - ended / at risk. `durations` has one row per subject: `observed_days`, and
    `is_observed`, false for a subject that was still going on then (right-censored).
    The product is rounded to nine decimals, so that engines agree on a half.
#}
{% macro kaplan_meier(durations, keys) -%}
    {%- set group = keys | join(', ') -%}
    ended as (
        select
            {{ group }},
            observed_days,
            count(*) as left_count,
            sum(case when is_observed then 1 else 0 end) as ended_count

        from {{ durations }}

        group by {{ group }}, observed_days
    ),

    at_risk as (
        select
            *,
            sum(left_count) over (
                partition by {{ group }}
                order by observed_days desc
                rows between unbounded preceding and current row
            ) as at_risk_count

        from ended
    ),

    hazards as (
        select
            *,
            case
                when ended_count < at_risk_count
                    then ln(1 - cast(ended_count as {{ type_double() }}) / at_risk_count)
            end as log_survival,
            case when ended_count = at_risk_count then 1 else 0 end as ends_all

        from at_risk
    ),

    survival as (
        select
            {{ group }},
            observed_days,
            at_risk_count,
            ended_count,
            case
                when max(ends_all) over (
                    partition by {{ group }}
                    order by observed_days
                    rows between unbounded preceding and current row
                ) = 1
                    then 0
                else round(cast(exp(sum(log_survival) over (
                    partition by {{ group }}
                    order by observed_days
                    rows between unbounded preceding and current row
                )) as decimal(18, 12)), 9)
            end as survival_probability

        from hazards
    )
{%- endmacro %}
