-- Grain: one row per segmentation, segment, length of a term in months, scope of spells and
-- term, from 0 to the last observed and, where a model was fitted, twelve terms beyond.
-- Survival as observed (Kaplan-Meier) and as the chosen model of churn has it.

with

life_tables as (
    select life_tables.*
    from {{ ref('active_clients', 'int_life_tables') }} as life_tables
    inner join {{ ref('active_clients', 'as_of') }} as as_of
        on life_tables.origin_date = as_of.as_of_date
),

estimates as (
    select * from {{ ref('active_clients', 'int_survival_estimates') }}
),

models as (
    select * from {{ ref('active_clients', 'int_survival_models') }}
    where is_chosen
),

curves as (
    select * from {{ ref('active_clients', 'int_churn_curves') }}
),

intervals as (
    select * from {{ ref('active_clients', 'int_churn_intervals') }}
),

numbers as (
    select * from {{ ref('active_clients', 'numbers') }}
),

terms as (
    select
        life_tables.*,
        models.fitted_model,
        models.churn_model,
        numbers.number as term_number

    from life_tables
    left join models
        on life_tables.life_table_id = models.life_table_id
    inner join numbers
        on life_tables.last_term
            + case when models.life_table_id is null then 0 else 12 end >= numbers.number
),

final as (
    select
        -- keys
        terms.segmentation,
        terms.segment,
        cast(terms.term_months as integer) as term_months,
        terms.spell_scope,
        cast(terms.term_number as integer) as term_number,

        -- strings
        terms.churn_model,

        -- numerics
        estimates.at_risk_count,
        estimates.churned_count,
        estimates.censored_count,
        {{ rate('estimates.churned_count', 'estimates.at_risk_count') }} as churn_rate,
        {{ rate(
            'estimates.at_risk_count - estimates.churned_count', 'estimates.at_risk_count'
        ) }} as retention_rate,
        case when terms.term_number = 0 then cast(1 as decimal(12, 6))
            else estimates.survival_rate
        end as survival_rate,
        estimates.survival_standard_error,
        estimates.survival_rate_lower,
        estimates.survival_rate_upper,
        cast(curves.survival as decimal(12, 6)) as projected_survival_rate,
        cast(intervals.survival_lower as decimal(12, 6)) as projected_survival_rate_lower,
        cast(intervals.survival_upper as decimal(12, 6)) as projected_survival_rate_upper,

        -- booleans
        terms.term_number <= terms.last_term as is_observed,
        terms.is_large_enough,

        -- dates
        terms.origin_date as as_of_date

    from terms
    left join estimates
        on terms.life_table_id = estimates.life_table_id
            and terms.term_number = estimates.term_number
    left join curves
        on terms.life_table_id = curves.life_table_id
            and terms.fitted_model = curves.fitted_model
            and terms.term_number = curves.term_number
    left join intervals
        on terms.life_table_id = intervals.life_table_id
            and terms.term_number = intervals.term_number
)

select * from final
