-- Grain: one row per life table of as_of_date and term: the Kaplan-Meier estimate of survival,
-- Greenwood's standard error, and the interval of the log of minus the log of survival, which
-- stays within 0 and 1. There is none before the first loss, nor once nobody is left.

with

cells as (
    select cells.*
    from {{ ref('active_clients', 'int_survival_cells') }} as cells
    inner join {{ ref('active_clients', 'as_of') }} as as_of
        on cells.origin_date = as_of.as_of_date
),

factors as (
    select
        *,
        case
            when churned_count > 0 and churned_count < at_risk_count
                then ln(
                        cast(at_risk_count - churned_count as {{ type_double() }})
                        / at_risk_count
                    )
            else 0
        end as log_factor,
        case
            when churned_count > 0 and churned_count < at_risk_count
                then cast(churned_count as {{ type_double() }})
                    / at_risk_count / (at_risk_count - churned_count)
            else 0
        end as variance_term,
        case when churned_count > 0 and churned_count = at_risk_count then 1 else 0 end
            as is_end

    from cells
),

summed as (
    select
        *,
        sum(log_factor) over (
            partition by life_table_id
            order by term_number
            rows between unbounded preceding and current row
        ) as total_log_factor,
        sum(variance_term) over (
            partition by life_table_id
            order by term_number
            rows between unbounded preceding and current row
        ) as total_variance_term,
        sum(is_end) over (
            partition by life_table_id
            order by term_number
            rows between unbounded preceding and current row
        ) as total_is_end

    from factors
),

bounded as (
    select
        *,
        case when total_log_factor < 0 and total_is_end = 0
                then 1.959963984540054 * sqrt(total_variance_term) / total_log_factor
        end as half_width

    from summed
),

final as (
    select
        life_table_id,
        term_number,
        at_risk_count,
        churned_count,
        censored_count,
        cast(
            case when total_is_end > 0 then 0 else exp(total_log_factor) end
            as decimal(12, 6)
        ) as survival_rate,
        cast(case when total_is_end > 0 then null
            else exp(total_log_factor) * sqrt(total_variance_term)
        end
        as decimal(12, 6)) as survival_standard_error,
        cast(case when half_width is not null
                then exp(greatest(-600, total_log_factor * exp(-half_width)))
        end
        as decimal(12, 6)) as survival_rate_lower,
        cast(case when half_width is not null
                then exp(greatest(-600, total_log_factor * exp(half_width)))
        end
        as decimal(12, 6)) as survival_rate_upper

    from bounded
)

select * from final
