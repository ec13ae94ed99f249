-- Grain: one row per fitted life table, model of churn (sbg, bdw) and term, from 0: what the
-- model says of survival, and of the payments that are still to come.

with

models as (
    select * from {{ ref('active_clients', 'int_survival_models') }}
),

parameters as (
    select
        {{ joined_text(['life_table_id', "'-'", 'fitted_model']) }} as curve_id,
        life_table_id,
        fitted_model,
        term_months,
        churn_model = 'geometric' as is_geometric,
        cast(mean_logit as {{ type_double() }}) as mean_logit,
        cast(log_size as {{ type_double() }}) as log_size,
        cast(log_shape as {{ type_double() }}) as log_shape

    from models
),

{{ churn_curve('parameters') }},

final as (
    select
        parameters.life_table_id,
        parameters.fitted_model,
        curves.term_number,
        cast(curves.survival as decimal(18, 12)) as survival,
        cast(curves.expected_terms as decimal(18, 10)) as expected_terms,
        cast(curves.residual_payments as decimal(18, 8)) as residual_payments

    from curves
    inner join parameters
        on curves.curve_id = parameters.curve_id

    where curves.term_number <= 600
        and curves.residual_payments is not null
)

select * from final
